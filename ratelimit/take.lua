-- GCRA over several budgets at once: counts against all of them, or against none.
--
-- KEYS    the budgets; each holds the microsecond at which it will be full
-- ARGV[1] the time in microseconds since 1970, or 0 for Redis's own
-- then, for each key: window and price in microseconds
--
-- Returns 1 or 0, then for each key how much of the window was used before.
local now = tonumber(ARGV[1])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000000 + t[2]
end

local function put(key, used)
  -- as digits: tostring writes a number of this size with an exponent
  redis.call('SET', key, string.format('%.0f', now + used), 'PX', math.ceil(used / 1000) + 1000)
end

local result, after, lower = {1}, {}, {}
for i, key in ipairs(KEYS) do
  local window, price = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local used = after[key]
  if not used then
    used = math.max(0, (tonumber(redis.call('GET', key) or now) or now) - now)
    -- more than the window after the clock stepped back or the limit was lowered:
    -- stored even when the request is refused, or it would be refused for as long as that
    if used > window then
      used = window
      lower[key] = window
    end
  end
  if used + price > window then result[1] = 0 end
  result[#result + 1] = used
  after[key] = used + price
end

if result[1] == 1 then
  for key, used in pairs(after) do put(key, used) end
else
  for key, used in pairs(lower) do put(key, used) end
end
return result

-- Gives back to budgets what take.lua took. A missing key is a full budget and stays missing.
--
-- KEYS and ARGV as in take.lua; returns how many keys existed.
local now = tonumber(ARGV[1])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000000 + t[2]
end
local found = 0
for i, key in ipairs(KEYS) do
  local window, price = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local full = tonumber(redis.call('GET', key) or nil)
  if full then
    found = found + 1
    local used = math.min(full - now, window) - price
    if used > 0 then
      redis.call('SET', key, string.format('%.0f', now + used), 'PX', math.ceil(used / 1000) + 1000)
    else
      redis.call('DEL', key)
    end
  end
end
return {found}

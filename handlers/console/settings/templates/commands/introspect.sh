# Whether a token is valid, and whose it is
curl --user [[shell .Basic]] [[shell .Introspection]] \
  --data-urlencode "token=$TOKEN"

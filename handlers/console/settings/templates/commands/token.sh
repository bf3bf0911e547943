# A token for the application itself
curl --user [[shell .Basic]] [[shell .Token]] \
  --data grant_type=client_credentials
[[- with .Scopes]] \
  --data-urlencode [[shell (print "scope=" (words .))]]
[[- end]]

# As root on a node. Who signs in sees nothing without a role from Datacenter > Permissions.
pveum realm add [[.ID]] \
  --type openid \
  --issuer-url [[shell .Issuer]] \
  --client-id [[shell .ClientID]] \
  --client-key [[.Secret]] \
  --username-claim [[if .Has "profile"]]username[[else]]subject[[end]] \
[[- with .ExtraScopes]]
  --scopes [[shell (words .)]] \
[[- end]]
  --autocreate 1

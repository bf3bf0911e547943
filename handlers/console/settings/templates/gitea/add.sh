# As the user who runs Gitea
gitea admin auth add-oauth \
  --provider openidConnect \
  --name [[.ID]] \
  --key [[shell .ClientID]] \
  --secret [[.Secret]] \
  --auto-discover-url [[shell .Issuer]]/.well-known/openid-configuration
[[- range .ExtraScopes]] \
  --scopes [[shell .]]
[[- end]]
[[- if .Has "groups"]] \
  --group-claim-name groups \
  --admin-group admin
[[- end]]

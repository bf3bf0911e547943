# In the folder of Nextcloud, as the user of the web server
php occ app:install user_oidc
php occ user_oidc:provider [[.ID]] \
  --clientid=[[shell .ClientID]] \
  --clientsecret=[[.Secret]] \
  --discoveryuri=[[shell .Issuer]]/.well-known/openid-configuration \
  --scope=[[shell .Scope]] \
  --unique-uid=0 \
  --mapping-uid=[[if .Has "profile"]]preferred_username[[else]]sub[[end]] \
  --mapping-display-name=name \
  --mapping-email=email
[[- if .Has "groups"]] \
  --group-provisioning=1 \
  --mapping-groups=groups
[[- end]]

# At the end of settings.py. In urls.py: path("oidc/", include("mozilla_django_oidc.urls"))
# pip install mozilla-django-oidc; the secret comes from the environment: [[.Secret]]
import os

INSTALLED_APPS += ["mozilla_django_oidc"]  # after django.contrib.auth
AUTHENTICATION_BACKENDS = [
    "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",  # users with a password, such as those of /admin
]

OIDC_RP_CLIENT_ID = [[quote .ClientID]]
OIDC_RP_CLIENT_SECRET = os.environ["[[.Secret]]"]
OIDC_RP_SCOPES = [[quote .Scope]]
OIDC_RP_SIGN_ALGO = [[quote .Alg]]
[[- if .SecretBasic]]
OIDC_TOKEN_USE_BASIC_AUTH = True
[[- end]]
OIDC_USE_PKCE = True
OIDC_OP_AUTHORIZATION_ENDPOINT = [[quote .Authorization]]
OIDC_OP_TOKEN_ENDPOINT = [[quote .Token]]
OIDC_OP_USER_ENDPOINT = [[quote .UserInfo]]
OIDC_OP_JWKS_ENDPOINT = [[quote .Keys]]
LOGIN_URL = "oidc_authentication_init"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

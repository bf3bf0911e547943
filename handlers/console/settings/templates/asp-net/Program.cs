// dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect
// The secret is not part of appsettings.json:
//   dotnet user-secrets init
//   dotnet user-secrets set Authentication:Schemes:OpenIdConnect:ClientSecret [[.Secret]]
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(options =>
    {
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    })
    .AddCookie()
    .AddOpenIdConnect(options =>
    {
        builder.Configuration.Bind("Authentication:Schemes:OpenIdConnect", options);
        options.TokenValidationParameters.NameClaimType = [[if .Has "profile"]]"name"[[else]]"sub"[[end]];
    });
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/", (HttpContext context) => $"Signed in as {context.User.Identity?.Name}").RequireAuthorization();
app.Run();

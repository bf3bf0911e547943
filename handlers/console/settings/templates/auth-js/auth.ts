import NextAuth from "next-auth";

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: [[quote .ID]],
      name: [[quote .Name]],
      type: "oidc",
      issuer: [[quote .Issuer]],
      clientId: process.env.AUTH_CLIENT_ID,
      clientSecret: process.env.AUTH_CLIENT_SECRET,
      authorization: { params: { scope: [[quote .Scope]] } },
      checks: ["pkce", "state"],
    },
  ],
});

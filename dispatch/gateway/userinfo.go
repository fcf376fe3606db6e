package gateway

import "net/http"

// Paths of the authentication API.
const (
	tokenPath     = "/api/v2/oauth2/token"
	limitedPath   = "/api/v2/oauth2/limited-token"
	userinfoPath  = "/api/v2/oauth2/userinfo"
	discoveryPath = "/api/v2/oauth2/.well-known/openid-configuration"
)

// userinfo answers GET /api/v2/oauth2/userinfo: what the token says.
func (a *authority) userinfo(w http.ResponseWriter, r *http.Request) error {
	g, err := a.fromRequest(r)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, g.claims)
	return nil
}

// discovery answers GET /api/v2/oauth2/.well-known/openid-configuration. It
// names the endpoints at the host under which the client reached us, so that
// they work from a client whose only change is the host.
func (a *authority) discovery(w http.ResponseWriter, r *http.Request) error {
	base, stream := "http://"+r.Host, "ws://"+r.Host
	if r.TLS != nil {
		base, stream = "https://"+r.Host, "wss://"+r.Host
	}
	writeJSON(w, http.StatusOK, struct {
		Issuer         string   `json:"issuer"`
		Token          string   `json:"token_endpoint"`
		Limited        string   `json:"limited_token_endpoint"`
		Userinfo       string   `json:"userinfo_endpoint"`
		Resources      string   `json:"resources_endpoint"`
		Stream         string   `json:"stream_endpoint"`
		GrantTypes     []string `json:"grant_types_supported"`
		AuthMethods    []string `json:"token_endpoint_auth_methods_supported"`
		ResponseTypes  []string `json:"response_types_supported"`
		SubjectTypes   []string `json:"subject_types_supported"`
		IDTokenSigning []string `json:"id_token_signing_alg_values_supported"`
		Scopes         []string `json:"scopes_supported"`
		Claims         []string `json:"claims_supported"`
	}{
		Issuer: issuer, Token: base + tokenPath, Limited: base + limitedPath, Userinfo: base + userinfoPath, Resources: base + resourcesPath, Stream: stream + "/stream-v2",
		GrantTypes: []string{"client_credentials"}, AuthMethods: []string{"client_secret_basic"},
		ResponseTypes: []string{"token"}, SubjectTypes: []string{"public"}, IDTokenSigning: []string{"HS512"},
		Scopes: []string{"application/inventory", callGiving + "/*", robotCall + "/*", realTime + "/*", serviceInfo + "/*", equipmentStatus + "/*"},
		Claims: []string{"iss", "aud", "sub", "iat", "exp", "org", "scope", "sandbox", "nonce", "limited", "user", "jti", "singleUse"},
	})
	return nil
}

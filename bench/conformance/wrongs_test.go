package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// wrong is a server that does one thing wrong, and who catches it.
type wrong struct {
	sentence string
	tamper   tamper
	server   func(*testing.T) string // instead of a tampered one
	caught   string                  // patterns of IDs, with spaces between
}

func wrongs() []wrong { return slices.Concat(wrongPages(), wrongFrames(), wrongCalls(), wrongWires()) }

// wrongPages are wrong over HTTP.
func wrongPages() []wrong {
	refusals := func(change func(int) int) func(*http.Request, []byte, *reply) {
		return status(func(_ *http.Request, was int) int {
			if was >= 400 {
				return change(was)
			}
			return was
		})
	}
	return []wrong{
		{sentence: "refusals have no message", tamper: tamper{answer: page("", `"message":`, `"msg":`)},
			caught: "token.scope-format token.grant-type token.401 token.403 token.415 limited.too-old limited.subset limited.scope-format limited.mint limited.401 limited.415 userinfo.401 resources.401 resources.403 resources.404 equipment.401 equipment.403 equipment.other equipment.415 equipment.400"},
		{sentence: "refusals have the status 200", tamper: tamper{answer: refusals(func(int) int { return 200 })},
			caught: "token.405 token.413 limited.405 resources.405 equipment.405 limit.404 userinfo.unsigned handshake.plain limited.expired limited.single-use-page equipment.service-orders"},
		{sentence: "a token response has no type", tamper: tamper{answer: page("token", `"token_type":"Bearer",`, "")}, caught: "token.grant limited.grant"},
		{sentence: "tokens do not say sandbox", tamper: tamper{answer: claimless("/token", "sandbox")}, caught: "token.claims"},
		{sentence: "tokens have no nonce", tamper: tamper{answer: claimless("/token", "nonce")}, caught: "token.nonce"},
		{sentence: "limited tokens have no jti", tamper: tamper{answer: claimless("limited-token", "jti")}, caught: "limited.grant"},
		{sentence: "without a scope everything is granted", tamper: tamper{answer: page("token", `"scope":"application/inventory"`, `"scope":"application/inventory callgiving/*"`)}, caught: "token.default-scope"},
		{sentence: "a building may not be asked for without building:", tamper: tamper{answer: func(_ *http.Request, asked []byte, w *reply) {
			if strings.Contains(string(asked), "callgiving%2Foffice") {
				w.status = 400
			}
		}}, caught: "token.scopes"},
		{sentence: "a content type with a charset is refused", tamper: tamper{answer: status(func(r *http.Request, was int) int {
			if strings.Contains(r.Header.Get("Content-Type"), "charset") {
				return 415
			}
			return was
		})}, caught: "token.charset"},
		{sentence: "tokens may be cached", tamper: tamper{answer: func(_ *http.Request, _ []byte, w *reply) { w.header.Del("Cache-Control") }}, caught: "token.no-store"},
		{sentence: "limited tokens live an hour", tamper: tamper{answer: page("limited-token", `"expires_in":\d+`, `"expires_in":3600`)}, caught: "limited.grant limited.age"},
		{sentence: "single use is not obeyed", tamper: tamper{request: ask(`"singleUse":true`, `"singleUse":false`)}, caught: "limited.single-use-*"},
		{sentence: "a short age is not obeyed", tamper: tamper{request: ask(`"maxAgeSeconds":1`, `"maxAgeSeconds":500`)}, caught: "limited.expired"},
		{sentence: "a limited token has none of its scopes", tamper: tamper{request: func(r *http.Request, body []byte) []byte {
			if r.URL.Path != "/api/v2/oauth2/limited-token" {
				return body
			}
			return []byte(strings.ReplaceAll(string(body), `"callgiving/group:office:1"`, `"callgiving/group:office:2"`))
		}}, caught: "limited.calls"},
		{sentence: "userinfo has no sub", tamper: tamper{answer: page("userinfo", `"sub":`, `"subject":`)}, caught: "userinfo.claims"},
		{sentence: "discovery names no token endpoint", tamper: tamper{answer: page("openid-configuration", `"token_endpoint":`, `"endpoint":`)}, caught: "discovery"},
		{sentence: "resources have IDs with ken:", tamper: tamper{answer: page("resources", `"id":"(\d+)"`, `"id":"ken:$1"`)}, caught: "resources.shape"},
		{sentence: "equipment cannot be asked for one by one", tamper: tamper{answer: status(func(r *http.Request, was int) int {
			if strings.Contains(r.URL.Path, "resources/ken:") {
				return 404
			}
			return was
		})}, caught: "resources.equipment"},
		{sentence: "equipment is not named in its answers", tamper: tamper{answer: page("", `"equipmentId":`, `"id":`)}, caught: "equipment.search/* equipment.elevator/*"},
		{sentence: "the server is not well", tamper: tamper{answer: status(func(r *http.Request, was int) int {
			if r.URL.Path == "/healthz" {
				return 503
			}
			return was
		})}, caught: "limit.health"},
		{sentence: "headers of any size are taken", tamper: tamper{answer: status(func(r *http.Request, was int) int {
			if r.Header.Get("X-Padding") != "" {
				return 200
			}
			return was
		})}, caught: "limit.header"},
		{sentence: "faults do not happen", tamper: tamper{request: func(r *http.Request, body []byte) []byte {
			if strings.HasPrefix(r.URL.Path, "/admin/") {
				return []byte(`{"kind":"floor-locked","floor":"7","for":"1s"}`)
			}
			return body
		}}, caught: "fault.floor-locked fault.no-lift fault.allowed-out fault.mode fault.availability fault.link-down"},
		{sentence: "faults do not end", tamper: tamper{request: func(r *http.Request, body []byte) []byte {
			if r.Method == "DELETE" && strings.HasPrefix(r.URL.Path, "/admin/") {
				r.Method, r.URL.Path = "GET", "/admin/v1/faults"
			}
			return body
		}}, caught: "fault.floor-unlocked fault.mode fault.link-down"},
		{sentence: "an application is taken for another", tamper: tamper{request: func(r *http.Request, body []byte) []byte {
			if id, _, _ := r.BasicAuth(); id == "narrow" {
				r.SetBasicAuth("all", "all-secret")
			}
			return body
		}}, caught: "token.403 session.foreign"},
		{sentence: "a user is taken for another", tamper: tamper{request: ask("phone-8", "phone-7")}, caught: "session.foreign-user"},
	}
}

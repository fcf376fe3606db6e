package conformance

// Where behaviours come from. The vendor publishes interface files, examples and
// guides; what they leave open was seen in captures of its sandbox.
const (
	asyncAPI   = "published AsyncAPI, Elevator Call API 2.0"
	openAPI    = "published OpenAPI, Authentication API v2"
	examples   = "the vendor's published TypeScript examples"
	validation = "the vendor's robot validation guide, 2023"
	seen2508   = "observed on the vendor's sandbox, 2025-08"
	seen2511   = "observed on the vendor's sandbox, 2025-11"
	clients    = "experiment: the vendor's unmodified clients break otherwise"
	community  = "public clients that work against the vendor's service"
	protocol   = "RFC 6455"
	httpRFC    = "RFC 9110"
	chosen     = "no published source: what a robust server does"
)

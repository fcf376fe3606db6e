package finding

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// validate compiles a schema and validates a document, which is the error.
func validate(t *testing.T, schema, doc []byte) error {
	t.Helper()
	s, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", s); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(v)
}

func schemaFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "schemas", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOutputsAreValid(t *testing.T) {
	r := worked(t)
	for _, row := range []struct {
		why        string
		schema     []byte
		doc        []byte
		from, into string // a change that has to make it invalid
	}{
		{"JSON follows our own schema", JSONSchema(), written(t, r, Write), `"status": "manual"`, `"status": "by hand"`},
		{"a key in place of its hash is refused", JSONSchema(), written(t, r, Write), `"key": "6e340b9cffb37a98"`, `"key": "resident@example.org"`},
		{"SARIF follows the schema of OASIS", schemaFile(t, "sarif-schema-2.1.0.json"), written(t, r, SARIF), `"kind": "review"`, `"kind": "manual"`},
		{"a field that SARIF does not know is refused", schemaFile(t, "sarif-schema-2.1.0.json"), written(t, r, SARIF), `"exitCode"`, `"exitcode"`},
		{"OSCAL has what its model requires", schemaFile(t, "oscal-subset.json"), written(t, r, OSCAL), `"import-ap"`, `"import-plan"`},
		{"a state that OSCAL does not know is refused", schemaFile(t, "oscal-subset.json"), written(t, r, OSCAL), `"state": "not-satisfied"`, `"state": "failed"`},
		{"a target that is no token is refused", schemaFile(t, "oscal-subset.json"), written(t, r, OSCAL), `"target-id": "X-9_odd_id"`, `"target-id": "X-9 odd id"`},
	} {
		if err := validate(t, row.schema, row.doc); err != nil {
			t.Errorf("%s: %v", row.why, err)
		}
		broken := bytes.Replace(row.doc, []byte(row.from), []byte(row.into), 1)
		if bytes.Equal(broken, row.doc) {
			t.Fatalf("%s: the document has no %s", row.why, row.from)
		}
		if validate(t, row.schema, broken) == nil {
			t.Errorf("%s: %s passes too", row.why, row.into)
		}
	}
}

// The schema of SARIF does not say it: only a result of the kind fail has a
// level.
func TestSARIFLevels(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal(written(t, worked(t), SARIF), &log); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for i, res := range log.Runs[0].Results {
		kinds[res.Kind]++
		if (res.Kind == "fail") == (res.Level == "none") {
			t.Errorf("%s: kind %s has level %s", res.RuleID, res.Kind, res.Level)
		}
		if log.Runs[0].Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID || res.RuleIndex != i {
			t.Errorf("%s: rule index %d is of another rule", res.RuleID, res.RuleIndex)
		}
		for _, s := range res.Suppressions {
			if s.Justification == "" {
				t.Errorf("%s: suppressed without justification", res.RuleID)
			}
		}
	}
	want := map[string]int{"pass": 1, "fail": 3, "open": 2, "notApplicable": 1, "informational": 1, "review": 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds of results (-want +got):\n%s", diff)
	}
}

// TestSchemaIsClosed holds schema.json against the types: no field without
// a place in the schema and none there that no type has.
func TestSchemaIsClosed(t *testing.T) {
	type object struct {
		Properties map[string]any
		Required   []string
		Closed     *bool `json:"additionalProperties"`
	}
	var root struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(JSONSchema(), &root); err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var compare func(ty reflect.Type, o object)
	compare = func(ty reflect.Type, o object) {
		if seen[ty] {
			return
		}
		seen[ty] = true
		var fields, required []string
		for i := range ty.NumField() {
			f := ty.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields = append(fields, name)
			if options == "" {
				required = append(required, name)
			}
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[time.Time]() {
				compare(inner, root.Defs[strings.ToLower(inner.Name())])
			}
		}
		slices.Sort(fields)
		slices.Sort(required)
		if diff := cmp.Diff(fields, slices.Sorted(maps.Keys(o.Properties))); diff != "" {
			t.Errorf("fields of %v against schema.json (-type +schema):\n%s", ty, diff)
		}
		if diff := cmp.Diff(required, o.Required); diff != "" {
			t.Errorf("required fields of %v against schema.json (-type +schema):\n%s", ty, diff)
		}
		if o.Closed == nil || *o.Closed {
			t.Errorf("schema.json lets %v have unknown fields", ty)
		}
	}
	compare(reflect.TypeFor[Report](), root.object)
}

// TestJUnitIsValid needs xmllint, of Debian's package libxml2-utils.
func TestJUnitIsValid(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed: apt-get install libxml2-utils")
	}
	// The edition of Ant's schema that packages ship has no element for a test
	// that was skipped. Later editions put it in front of error, which is
	// done here.
	ant := schemaFile(t, "ant-junit.xsd")
	const choice = `<xs:choice minOccurs="0">`
	if bytes.Count(ant, []byte(choice)) != 1 {
		t.Fatalf("ant-junit.xsd has not exactly one %s", choice)
	}
	ant = bytes.Replace(ant, []byte(choice), []byte(choice+`<xs:element name="skipped"/>`), 1)
	selftest := &Report{Name: "self-test", At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Mutants: []Mutant{{Name: "m", Rule: "R"}}}
	selftest.Settle()
	unread := &Report{Name: "unread", At: selftest.At, Problems: []Problem{{Store: "cloud", File: "MANIFEST", What: "it is missing"}}}
	unread.Settle()
	for name, schema := range map[string][]byte{"ant": ant, "jenkins": schemaFile(t, "jenkins-junit.xsd")} {
		xsd := filepath.Join(t.TempDir(), name+".xsd")
		if err := os.WriteFile(xsd, schema, 0o644); err != nil {
			t.Fatal(err)
		}
		lint := func(doc []byte) ([]byte, error) {
			c := exec.Command("xmllint", "--noout", "--nonet", "--schema", xsd, "-")
			c.Stdin = bytes.NewReader(doc)
			return c.CombinedOutput()
		}
		for _, r := range []*Report{worked(t), selftest, unread} {
			doc := written(t, r, JUnit)
			if out, err := lint(doc); err != nil {
				t.Errorf("%s, %s: %v\n%s", name, r.Name, err, out)
			}
			if _, err := lint(bytes.Replace(doc, []byte(`<testcase classname`), []byte(`<testcase klass`), 1)); err == nil {
				t.Errorf("%s, %s: a misspelt attribute passes too", name, r.Name)
			}
		}
	}
}

package scenarios

import (
	"bytes"
	"encoding/json"
	"slices"
)

// schema is the section as JSON Schema.
func (s *section) schema() map[string]any {
	properties := map[string]any{}
	var need []string
	for _, f := range s.fields {
		p := map[string]any{}
		for k, v := range f.form.schema() {
			p[k] = v
		}
		p["description"] = f.doc
		properties[f.key] = p
		if f.need && f.when == nil {
			need = append(need, f.key)
		}
	}
	for _, sub := range s.tables {
		properties[sub.key] = sub.outerSchema()
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if s.doc != "" {
		out["description"] = s.doc
	}
	if need != nil {
		slices.Sort(need)
		out["required"] = need
	}
	return out
}

// outerSchema is the section as it hangs in its parent: by itself, or as a
// table of tables with names.
func (s *section) outerSchema() map[string]any {
	switch {
	case s == expectSection:
		return expectSchema()
	case s.named == "N":
		return named(s, `^[1-9][0-9]?$`)
	case s.named != "":
		return named(s, namePattern)
	}
	return s.schema()
}

func named(s *section, pattern string) map[string]any {
	return map[string]any{
		"type": "object", "description": s.doc, "additionalProperties": false,
		"patternProperties": map[string]any{pattern: s.schema()},
	}
}

func expectSchema() map[string]any {
	properties := map[string]any{}
	for _, m := range slices.Concat(Metrics(), LoadMetrics()) {
		unit := map[string]string{"s": `\d.*(d|h|min|ms|us|ns|m|s)`, "s2": `\d+(\.\d+)? ?s2`, "%": `\d+(\.\d+)? ?%`, "persons": `\d+(\.\d+)? ?persons?`, "/s": `\d+(\.\d+)? ?/s`}[m.Unit]
		bound := map[string]any{"type": "string", "pattern": `^ *(<=|>=|<|>) *` + unit + ` *$`}
		properties[m.Name] = map[string]any{
			"description": m.Meaning + ", in " + m.Unit,
			"oneOf":       []any{bound, map[string]any{"type": "array", "minItems": 1, "items": bound}},
		}
	}
	return map[string]any{"type": "object", "description": expectSection.doc, "properties": properties, "additionalProperties": false}
}

// JSONSchema is the format as JSON Schema (draft 2020-12), for editors that
// complete TOML keys. It is looser than Load: it knows keys, types and units
// but not which keys belong together.
func JSONSchema() []byte {
	out := rootSection.schema()
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "Hoistway scenario, schema 1"
	out["required"] = []string{"bank", "building", "schema"}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		panic("BUG: " + err.Error())
	}
	return b.Bytes()
}

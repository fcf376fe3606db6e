package dispatch_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed are the packages the group controller may import: arithmetic, text
// and durations. Nothing with a clock that is not named below, nothing random,
// nothing of ours.
var allowed = [...]string{"cmp", "errors", "fmt", "math", "math/bits", "slices", "strconv", "strings", "time"}

// impureFuncs are functions of allowed packages that look at or wait for the
// world.
var impureFuncs = [...]string{
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker", "time.Tick",
	"time.LoadLocation", "time.Local",
	"fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Scan", "fmt.Scanf", "fmt.Scanln",
}

// offences lists what keeps a package from being a fold of its events.
func offences(fset *token.FileSet, imports types.Importer, files []*ast.File) ([]string, error) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: imports}
	pkg, err := conf.Check("dispatch", fset, files, info)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, file := range files {
		for _, imp := range file.Imports {
			if path, err := strconv.Unquote(imp.Path.Value); err != nil || !slices.Contains(allowed[:], path) {
				found = append(found, fmt.Sprintf("%v: import %s is not on the list", fset.Position(imp.Pos()), imp.Path.Value))
			}
			if imp.Name != nil {
				found = append(found, fmt.Sprintf("%v: import %s has a name of its own", fset.Position(imp.Pos()), imp.Path.Value))
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if bad := offence(n, info, pkg); bad != "" {
				found = append(found, fmt.Sprintf("%v: %s", fset.Position(n.Pos()), bad))
			}
			return true
		})
	}
	return found, nil
}

// offence says what is wrong with one node, or "".
func offence(n ast.Node, info *types.Info, pkg *types.Package) string {
	is := func(e ast.Expr, want func(types.Type) bool) bool {
		t := info.Types[e].Type
		return t != nil && want(t.Underlying())
	}
	isMap := func(t types.Type) bool { _, ok := t.(*types.Map); return ok }
	isChan := func(t types.Type) bool { _, ok := t.(*types.Chan); return ok }
	switch n := n.(type) {
	case *ast.GoStmt:
		return "goroutine"
	case *ast.SelectStmt:
		return "select"
	case *ast.ChanType:
		return "channel"
	case *ast.SendStmt:
		return "send on a channel"
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			return "receive from a channel"
		}
	case *ast.RangeStmt:
		if is(n.X, isMap) {
			return "range over a map"
		}
		if is(n.X, isChan) {
			return "range over a channel"
		}
	case *ast.Ident:
		switch o := info.Uses[n].(type) {
		case *types.Builtin:
			if o.Name() == "print" || o.Name() == "println" {
				return o.Name()
			}
		case nil:
		default:
			if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() && slices.Contains(impureFuncs[:], o.Pkg().Path()+"."+o.Name()) {
				return o.Pkg().Path() + "." + o.Name()
			}
		}
		if v, ok := info.Defs[n].(*types.Var); ok && v.Parent() == pkg.Scope() && mutable(v) {
			return "package variable " + v.Name() + ", which can be changed"
		}
		if f, ok := info.Defs[n].(*types.Func); ok && f.Name() == "init" {
			return "init"
		}
	}
	return ""
}

// mutable reports whether a package variable is more than a name for an error
// or an array of texts.
func mutable(v *types.Var) bool {
	if types.Identical(v.Type(), types.Universe.Lookup("error").Type()) {
		return false
	}
	if a, ok := v.Type().(*types.Array); ok {
		return !types.Identical(a.Elem(), types.Typ[types.String])
	}
	return true
}

// TestPurity holds the package to its promise: its results depend on nothing
// but the sequence of events.
func TestPurity(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, e.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) < 10 {
		t.Fatalf("found %d files of the package, there are more", len(files))
	}
	found, err := offences(fset, importer.ForCompiler(fset, "source", nil), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range found {
		t.Error(o)
	}
}

// TestPurityFinds plants each offence in a source that is pure but for it.
func TestPurityFinds(t *testing.T) {
	fset := token.NewFileSet()
	importers := importer.ForCompiler(fset, "source", nil)
	for _, row := range []struct{ imports, body, want string }{
		{``, `x := map[int]int{}; x[1] = 2; for range []int{1} {}; _ = errA`, ""},
		{`"time"`, `_ = time.Second * 2; var t time.Time; _ = t.After(t)`, ""},
		{``, `go pure()`, "goroutine"},
		{``, `select {}`, "select"},
		{``, `_ = make(chan int)`, "channel"},
		{``, `var c interface{ C() <-chan int }; for range c.C() {}`, "range over a channel"},
		{``, `var c interface{ C() <-chan int }; <-c.C()`, "receive from a channel"},
		{``, `var c interface{ C() chan<- int }; c.C() <- 1`, "send on a channel"},
		{``, `type m map[int]int; for range (m{}) {}`, "range over a map"},
		{`"maps"`, `for range maps.Keys(map[int]int{}) {}`, `import "maps"`},
		{`"math/rand/v2"`, `_ = rand.Int()`, `import "math/rand/v2"`},
		{`"os"`, `_ = os.Args`, `import "os"`},
		{`"sync"`, `var m sync.Mutex; m.Lock()`, `import "sync"`},
		{`"unsafe"`, `_ = unsafe.Sizeof(1)`, `import "unsafe"`},
		{`. "time"`, `_ = Now()`, "time.Now"},
		{`clock "time"`, `_ = clock.Now`, "time.Now"},
		{`"time"`, `_ = time.Now()`, "time.Now"},
		{`"time"`, `f := time.Since; _ = f`, "time.Since"},
		{`"time"`, `<-time.After(1)`, "time.After"},
		{`"time"`, `time.Sleep(1)`, "time.Sleep"},
		{`"time"`, `_ = time.NewTimer(1)`, "time.NewTimer"},
		{`"fmt"`, `fmt.Println(1)`, "fmt.Println"},
		{``, `println(1)`, "println"},
		{``, `}; var count int; func f() { count++`, "package variable count"},
		{``, `}; func init() {`, "init"},
	} {
		imports := ""
		if row.imports != "" {
			imports = "import " + row.imports + "\n"
		}
		source := "package dispatch\n" + imports + "var errA error\nvar names = [...]string{\"a\"}\nfunc pure() {\n" + row.body + "\n}\n"
		f, err := parser.ParseFile(fset, "planted.go", source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", row.body, err)
		}
		found, err := offences(fset, importers, []*ast.File{f})
		if err != nil {
			t.Fatalf("%s: %v", row.body, err)
		}
		all := strings.Join(found, "\n")
		if row.want == "" && all != "" {
			t.Errorf("%s is pure, and found to be: %s", row.body, all)
		}
		if row.want != "" && !strings.Contains(all, row.want) {
			t.Errorf("%s: found %q, want %q", row.body, all, row.want)
		}
	}
	// What is ours cannot be type-checked here; the import list refuses it.
	if slices.ContainsFunc(allowed[:], func(path string) bool { return strings.Contains(path, "hoistway") || strings.Contains(path, ".") }) {
		t.Error("the import list allows a package that is not of the standard library")
	}
}

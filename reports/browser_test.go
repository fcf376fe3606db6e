package reports

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"hoistway/twin/result"
)

// go test ./reports -run TestPictures -pictures DIR writes screenshots and a
// PDF of the made-up results for people to look at;
// go test ./reports -run TestExamplePicture -example /PATH/result.json
// draws example.png again, from the result file of a run.
var (
	pictures = flag.String("pictures", "", "write screenshots and PDF files of the reports into this folder")
	example  = flag.String("example", "", "draw example.png again from this result file")
)

// browser starts a headless browser, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: a browser takes its time")
	}
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no browser in PATH (looked for chromium, chromium-browser and google-chrome): install one, on Debian with `apt-get install chromium`")
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), o...)
	ctx, leave := chromedp.NewContext(alloc, chromedp.WithErrorf(t.Logf))
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() { cancel(); leave(); stop() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// file writes a page where the browser can open it.
func file(t *testing.T, page string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(p, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + p
}

// must runs an action that returns a value.
func must[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// open shows a page and waits until its charts are drawn.
func open(t *testing.T, ctx context.Context, page string) {
	t.Helper()
	charts := regexp.MustCompile(`data-charts="(\d+)"`).FindStringSubmatch(page)
	if charts == nil {
		t.Fatal("the page does not say how many charts it has")
	}
	soon, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(soon, chromedp.Navigate(file(t, page)), chromedp.WaitReady(chromedp.CSS(`html[data-ready]`))); err != nil {
		t.Fatalf("the page's script did not come to its end: %v", err)
	}
	if ready := must(t, ctx, chromedp.Evaluate[string](`document.documentElement.dataset.ready`)); ready != charts[1] {
		t.Errorf("%s of %s charts were drawn", ready, charts[1])
	}
	fit := must(t, ctx, chromedp.Evaluate[[]float64](`[...document.querySelectorAll(".chart")].map(c => c.querySelector("svg, canvas").getBoundingClientRect().width / c.clientWidth)`))
	for i, f := range fit {
		if f < 0.98 || f > 1.02 {
			t.Errorf("chart %d of the page is %.2f times as wide as its place", i, f)
		}
	}
	pieces := must(t, ctx, chromedp.Evaluate[[]int](`[...document.querySelectorAll(".chart")].map(c => c.querySelector("canvas") ? 99 : c.querySelectorAll("path, rect").length)`))
	for i, n := range pieces {
		if n < 2 {
			t.Errorf("chart %d of the page shows nothing", i)
		}
	}
}

// watch collects what the page says on the console and asks of the network.
func watch(t *testing.T, ctx context.Context) (said func() []string) {
	t.Helper()
	messages, requests := make(chan string, 1000), make(chan string, 1000)
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			messages <- m.String()
		}
	}()
	asked := chromedp.Events(ctx, network.RequestWillBeSent)
	go func() {
		for e, err := range asked {
			if err != nil {
				return
			}
			if !strings.HasPrefix(e.Request.URL, "file:") && e.Request.URL != "about:blank" {
				requests <- "request of " + e.Request.URL
			}
		}
	}()
	return func() (all []string) {
		for {
			select {
			case m := <-messages:
				all = append(all, m)
			case r := <-requests:
				all = append(all, r)
			case <-time.After(300 * time.Millisecond):
				return all
			}
		}
	}
}

func pagesToOpen(t *testing.T) map[string]string {
	return map[string]string{
		"run":           runPage(t, office("eta", 1, 10)),
		"load":          rendered(t, func(b *bytes.Buffer) error { return Load(b, loadRun()) }),
		"comparison":    rendered(t, func(b *bytes.Buffer) error { return Comparison(b, lunchComparison()) }),
		"several":       rendered(t, func(b *bytes.Buffer) error { return Several(b, lunchComparison().Runs) }),
		"hostile":       runPage(t, hostileRun()),
		"audit":         auditText(t, audited(t)),
		"audited run":   rendered(t, func(b *bytes.Buffer) error { return AuditedRun(b, office("eta", 1, 2), audited(t)) }),
		"hostile audit": hostileAudit(t),
		"hostile comparison": rendered(t, func(b *bytes.Buffer) error {
			return Comparison(b, hostileComparison())
		}),
	}
}

func TestPagesInTheBrowser(t *testing.T) {
	ctx := browser(t)
	said := watch(t, ctx)
	for name, page := range pagesToOpen(t) {
		t.Run(name, func(t *testing.T) {
			open(t, ctx, page)
			// Every chart is hovered, because tooltips show names too.
			must(t, ctx, chromedp.Evaluate[int](`(() => { let n = 0; for (const c of document.querySelectorAll(".chart")) { const r = c.getBoundingClientRect(), z = c.firstElementChild;
				for (let i = 1; i < 10; i++) for (const type of ["mousemove", "mouseover"]) { z.dispatchEvent(new MouseEvent(type, {bubbles: true, clientX: r.left + r.width * i / 10, clientY: r.top + r.height / 2})); n++; } } return n; })()`))
			if err := chromedp.Do(ctx, chromedp.Sleep(200*time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if ran := must(t, ctx, chromedp.Evaluate[string](`String(window.pwned)`)); ran != "undefined" {
				t.Errorf("a name of the result ran as script %s", ran)
			}
			if hidden := must(t, ctx, chromedp.Evaluate[bool](`getComputedStyle(document.querySelector("h1")).display === "none"`)); hidden {
				t.Error("a name of the result changed the style")
			}
			before := must(t, ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
			if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#theme"))); err != nil {
				t.Fatal(err)
			}
			after := must(t, ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor + " " + document.getElementById("theme").getAttribute("aria-pressed")`))
			if after != "rgb(20, 23, 26) true" || before == "rgb(20, 23, 26)" {
				t.Errorf("the dark switch changes %q to %q", before, after)
			}
			pdf := must(t, ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), chromedp.PDFOutlineAndTagged()))
			if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); n < 2 || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
				t.Errorf("printing gives %d pages, at least 2 are expected", n)
			}
			if again := must(t, ctx, chromedp.Evaluate[string](`document.documentElement.dataset.theme`)); again != "dark" {
				t.Errorf("after printing the theme is %q, want dark as before", again)
			}
			for _, m := range said() {
				t.Errorf("the page is not silent: %s", m)
			}
		})
	}
}

// Every function that tells what is under the pointer is asked once.
func TestTooltips(t *testing.T) {
	ctx := browser(t)
	run := runPage(t, office("eta", 1, 10))
	compared := rendered(t, func(b *bytes.Buffer) error { return Comparison(b, lunchComparison()) })
	audit := auditText(t, audited(t))
	for _, c := range []struct {
		page, id string
		x, y     float64 // of the chart's width and height
		want     []string
	}{
		{run, "wait-bars", 0.2, 0.7, []string{"15 to 20\u00a0s", "12.15 % of rides"}},
		{run, "wait-curve", 0.5, 0.5, []string{"waiting time: ", " % of rides"}},
		{run, "queue-heat", 0.4, 0.79, []string{"Floor G", " to ", " persons"}},
		{run, "path-0", 0.5, 0.5, []string{"car 4: ", "car 5: ", "car 6: "}},
		{run, "load-0", 0.33, 0.8, []string{" persons aboard", " % of departures"}},
		{run, "demand-lines", 0.5, 0.5, []string{"arrivals at landings: ", "boardings: ", " persons per 5 minutes"}},
		{audit, "audit-age-0", 0.15, 0.7, []string{"0 to 90\u00a0d", "1,200 records", "370 to 400", "beyond 365"}},
		{audit, "audit-linkage-0", 0.506, 0.369, []string{"1 points of trips known", "2: 0.71 (0.67 to 0.75)"}},
		{compared, "bars-awt", 0.3, 0.4, []string{"eta", "\u00a0s ±"}},
	} {
		open(t, ctx, c.page)
		must(t, ctx, chromedp.Evaluate[int](fmt.Sprintf(`(() => { const c = document.getElementById(%q), r = c.getBoundingClientRect();
			for (const type of ["mousemove", "mouseover"]) c.firstElementChild.dispatchEvent(new MouseEvent(type, {bubbles: true, clientX: r.left + r.width * %v, clientY: r.top + r.height * %v})); return 1; })()`, c.id, c.x, c.y)))
		if err := chromedp.Do(ctx, chromedp.Sleep(300*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		said := must(t, ctx, chromedp.Evaluate[string](fmt.Sprintf(`[...document.querySelectorAll("#%s svg text")].map(t => t.textContent).join("\n")`, c.id)))
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("the tooltip of %s does not say %q; the chart says %q", c.id, want, said)
			}
		}
	}
}

func TestPhoneWidth(t *testing.T) {
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)); err != nil {
		t.Fatal(err)
	}
	for name, page := range pagesToOpen(t) {
		open(t, ctx, page)
		if wide := must(t, ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); wide > 375 {
			t.Errorf("%s: the page is %d px wide on a phone of 375 px", name, wide)
		}
	}
}

// The choice of a status leaves the rows of that status, without the page's own
// script having a hand in it.
func TestClausesAreChosenByStatus(t *testing.T) {
	ctx := browser(t)
	audit := audited(t)
	open(t, ctx, auditText(t, audit))
	const shown = `[...document.querySelectorAll(".matrix tbody tr")].filter(r => r.offsetParent).map(r => r.dataset.status).join(" ")`
	if all := must(t, ctx, chromedp.Evaluate[string](shown)); len(strings.Fields(all)) != len(audit.Rules) {
		t.Fatalf("before any choice the rows %q are shown, want %d", all, len(audit.Rules))
	}
	for i := range audit.Rules {
		key := statusOf(&audit.Rules[i]).Key
		if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#status-"+key))); err != nil {
			t.Fatal(err)
		}
		rows := strings.Fields(must(t, ctx, chromedp.Evaluate[string](shown)))
		if len(rows) == 0 || slices.ContainsFunc(rows, func(row string) bool { return row != key }) {
			t.Errorf("the choice %s shows the rows %q", key, rows)
		}
	}
}

func TestSpatialPlotByKeyboard(t *testing.T) {
	ctx := browser(t)
	open(t, ctx, runPage(t, office("eta", 1, 1)))
	state := `document.querySelector("#path-0").previousElementSibling.querySelector("output").textContent`
	before := must(t, ctx, chromedp.Evaluate[string](state))
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".steps button")].find(b => b.textContent === "Later").focus()`))
	if err := chromedp.Do(ctx, chromedp.KeyEvent("\r")); err != nil {
		t.Fatal(err)
	}
	if after := must(t, ctx, chromedp.Evaluate[string](state)); after == before || before == "" {
		t.Errorf("the Enter key on Later shows %q, before it %q", after, before)
	}
}

// TestPictures has nothing to assert: it draws for people's eyes, when asked.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no folder given with -pictures")
	}
	ctx := browser(t)
	save := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(*pictures, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, page := range pagesToOpen(t) {
		for _, view := range []struct {
			name          string
			width, height int64
		}{{"wide", 1280, 900}, {"phone", 390, 844}} {
			for _, scheme := range []string{"light", "dark"} {
				_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
				if err != nil {
					t.Fatal(err)
				}
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(view.width, view.height)); err != nil {
					t.Fatal(err)
				}
				open(t, ctx, page)
				if err := chromedp.Do(ctx, chromedp.Sleep(300*time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				save(fmt.Sprintf("%s-%s-%s.png", name, view.name, scheme), must(t, ctx, chromedp.FullScreenshot(100)))
			}
		}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(688, 1000)); err != nil {
			t.Fatal(err)
		}
		must(t, ctx, chromedp.Evaluate[bool](`dispatchEvent(new Event("beforeprint"))`))
		save(name+"-paper.png", must(t, ctx, chromedp.FullScreenshot(100)))
		must(t, ctx, chromedp.Evaluate[bool](`dispatchEvent(new Event("afterprint"))`))
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
			t.Fatal(err)
		}
		save(name+".pdf", must(t, ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), chromedp.PDFOutlineAndTagged())))
		save(name+".html", []byte(page))
	}
}

// TestExamplePicture draws example.png, the README's picture of a report, when
// asked.
func TestExamplePicture(t *testing.T) {
	if *example == "" {
		t.Skip("no result file given with -example")
	}
	f, err := result.Read(*example)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1180, 1860)); err != nil {
		t.Fatal(err)
	}
	open(t, ctx, runPage(t, f))
	png := must(t, ctx, chromedp.CaptureScreenshot())
	if len(png) > 300_000 {
		t.Fatalf("example.png would have %d bytes, at most 300,000 are wanted", len(png))
	}
	if err := os.WriteFile("example.png", png, 0o644); err != nil {
		t.Fatal(err)
	}
}

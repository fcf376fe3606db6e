package gateway_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// go test ./dispatch/gateway -run TestLivePictures -pictures DIR draws the live
// page for people to look at; -run TestLiveExample -example draws
// page/example.png again.
var (
	pictures = flag.String("pictures", "", "write screenshots of the live page into this folder")
	example  = flag.Bool("example", false, "draw page/example.png again")
)

// TestLivePictures has nothing to assert: it draws for people's eyes, when asked.
func TestLivePictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no folder given with -pictures")
	}
	for _, set := range [][]string{{"mixed-use", "hotel"}, {"office-lunch"}} {
		ctx := browser(t)
		url := liveGateway(t, 3, false, set...)
		for _, width := range []int64{375, 1600} {
			for _, scheme := range []string{"light", "dark"} {
				scene(t, ctx, url, width, 1000, scheme)
				save(t, ctx, filepath.Join(*pictures, fmt.Sprintf("%s-%d-%s.png", set[0], width, scheme)))
			}
		}
	}
}

// TestLiveExample draws page/example.png, the README's picture, when asked.
func TestLiveExample(t *testing.T) {
	if !*example {
		t.Skip("not asked for with -example")
	}
	ctx := browser(t)
	scene(t, ctx, liveGateway(t, 8, false, "office-lunch"), 1280, 960, "light")
	save(t, ctx, filepath.Join("page", "example.png"))
}

// scene shows the page in motion, with a call and a fault.
func scene(t *testing.T, ctx context.Context, url string, width, height int64, scheme string) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
	openLive(t, ctx, url+"/live")
	time.Sleep(12 * time.Second)
	look[bool](t, ctx, `document.getElementById("in-floor").selectedIndex = 2, document.getElementById("begin").click(), true`)
	look[bool](t, ctx, `(() => { const f = [...document.querySelector(".bank").querySelectorAll(".floor")]; f[3].click(); f[9 % f.length].click(); return true })()`)
	time.Sleep(1200 * time.Millisecond)
}

func save(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

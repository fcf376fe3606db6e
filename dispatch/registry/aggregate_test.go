package registry

import (
	"testing"
	"time"
)

func TestPublish(t *testing.T) {
	c := &clock{now: start.Add(40 * wholeDay)}
	r := open(t, testOptions(c))
	cell := func(model string, people int) AggregateCell {
		return AggregateCell{Period: "2026-01", Dimensions: map[string]string{"model": model, "hours": "morning"}, People: people, Count: 100}
	}
	suppressed, err := r.Publish([]AggregateCell{cell("Pixel", 5), cell("Rare", 4), cell("Galaxy", 500)})
	must(t, err)
	if suppressed != 1 {
		t.Errorf("%d cells left out, want the one of 4 people", suppressed)
	}
	var models []string
	must(t, r.As(RoleAnalytics, ToAnalyse).Each(Ref{Kind: KindAggregateCell}, func(_ Ref, load func(Record) error) error {
		var cell AggregateCell
		if err := load(&cell); err != nil {
			return err
		}
		models = append(models, cell.Dimensions["model"])
		if !cell.At.Equal(c.Now().Truncate(wholeDay)) || cell.Building != "" {
			t.Errorf("a cell says %s in %q", cell.At, cell.Building)
		}
		return nil
	}))
	if len(models) != 2 {
		t.Errorf("cells of %v are stored, want 2", models)
	}
	if _, err := r.Publish([]AggregateCell{cell("Xperia", 50)}); err == nil {
		t.Error("a month was published twice: the difference shows who came late")
	}
	if got := len(stands(t, r, KindAggregateCell, "")); got != 2 {
		t.Errorf("%d cells stand after a refusal, want 2", got)
	}
}

func TestPublishRefuses(t *testing.T) {
	c := &clock{now: start.Add(40 * wholeDay)}
	r := open(t, testOptions(c))
	good := func() AggregateCell {
		return AggregateCell{Period: "2026-01", Dimensions: map[string]string{"model": "Pixel"}, People: 9, Count: 9}
	}
	for _, row := range []struct {
		sentence string
		change   func(*AggregateCell)
	}{
		{"a month that is not over", func(c *AggregateCell) { c.Period = "2026-02" }},
		{"a day", func(c *AggregateCell) { c.Period = "2026-01-05" }},
		{"minutes", func(c *AggregateCell) { c.Dimensions["login"] = "09:30" }},
		{"an ID", func(c *AggregateCell) { c.Dimensions["user"] = string(Random{}.New()) }},
		{"a serial number", func(c *AggregateCell) { c.Dimensions["serial"] = "358240051111110" }},
		{"a mail address", func(c *AggregateCell) { c.Dimensions["user"] = "e@example.org" }},
		{"a building", func(c *AggregateCell) { c.Building = "a" }},
		{"no dimension", func(c *AggregateCell) { c.Dimensions = nil }},
		{"too many dimensions", func(c *AggregateCell) {
			c.Dimensions = map[string]string{"a": "1", "b": "1", "c": "1", "d": "1", "e": "1"}
		}},
		{"a negative count", func(c *AggregateCell) { c.Count = -1 }},
	} {
		cell := good()
		row.change(&cell)
		if _, err := r.Publish([]AggregateCell{cell}); err == nil {
			t.Errorf("%s: accepted", row.sentence)
		}
	}
	if _, err := r.Publish([]AggregateCell{good(), good()}); err == nil {
		t.Error("the same cell twice: accepted")
	}
	if got := len(stands(t, r, KindAggregateCell, "")); got != 0 {
		t.Errorf("%d cells stand after refusals", got)
	}
	c.pass(time.Hour)
	if _, err := r.Publish([]AggregateCell{good()}); err != nil {
		t.Errorf("the good cell: %v", err)
	}
}

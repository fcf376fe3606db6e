package scenarios

import "testing"

func TestLibraryLoads(t *testing.T) {
	for _, e := range Library() {
		if _, err := Load(e.Name, Options{}); err != nil {
			t.Errorf("%s:\n%v", e.Name, err)
		}
	}
}

package etag

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"example.com/berth/item"
)

func TestListsAreReadAsRFC9110HasThem(t *testing.T) {
	for text, want := range map[string]List{
		`*`:                 {Any: true},
		` * `:               {Any: true},
		`"17"`:              {Tags: []Tag{{false, "17"}}},
		`W/"17"`:            {Tags: []Tag{{true, "17"}}},
		`"a", W/"b","c"`:    {Tags: []Tag{{false, "a"}, {true, "b"}, {false, "c"}}},
		`,, "a" ,,`:         {Tags: []Tag{{false, "a"}}},
		`"with , comma"`:    {}, // a space is no character of a tag
		`"with,comma", "*"`: {Tags: []Tag{{false, "with,comma"}, {false, "*"}}},
		`""`:                {Tags: []Tag{{false, ""}}},
		"\"\xe9\"":          {Tags: []Tag{{false, "\xe9"}}},
		`17`:                {},
		`"17`:               {},
		`w/"17"`:            {},
		`W/ "17"`:           {},
		`"a" "b"`:           {},
		`"a"b`:              {},
		`*, "a"`:            {},
		`"a", *`:            {},
		``:                  {},
		`,`:                 {},
		"\"\x7f\"":          {},
		"\"a\"\n":           {},
	} {
		got, err := Parse("If-Match", []string{text})
		var told *item.Error
		if want.Given() {
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("Parse(%q) = %+v, %v, want %+v", text, got, err, want)
			}
		} else if !errors.As(err, &told) || told.Code != item.InvalidHeader || got.Given() {
			t.Errorf("Parse(%q) = %+v, %v, want code %s", text, got, err, item.InvalidHeader)
		}
	}
	if got, err := Parse("If-Match", nil); err != nil || got.Given() {
		t.Errorf("without the header Parse = %+v, %v", got, err)
	}
	if got, err := Parse("If-Match", []string{`"a"`, `"b"`}); err != nil || len(got.Tags) != 2 {
		t.Errorf("of two lines Parse = %+v, %v, want both tags", got, err)
	}
}

func TestWeakTagsMatchOnlyWhereThatIsEnough(t *testing.T) {
	for _, test := range []struct {
		text         string
		strong, weak bool
	}{
		{`"17"`, true, true}, {`W/"17"`, false, true}, {`"1", W/"17"`, false, true}, {`"1", "17"`, true, true},
		{`"017"`, false, false}, {`" 17"`, false, false}, {`"170"`, false, false}, {`*`, true, true},
	} {
		list, err := Parse("If-Match", []string{test.text})
		if err != nil {
			if strings.Contains(test.text, " 17") {
				continue // not a tag at all
			}
			t.Fatal(err)
		}
		if list.Strong(17) != test.strong || list.Weak(17) != test.weak {
			t.Errorf("%s matches 17 strongly %v, weakly %v, want %v, %v", test.text, list.Strong(17), list.Weak(17), test.strong, test.weak)
		}
	}
}

func TestConditionsHoldAsRFC9110HasThem(t *testing.T) {
	list := func(text string) List {
		l, err := Parse("", []string{text})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, test := range []struct {
		name     string
		c        Conditions
		revision int64
		want     bool
	}{
		{"none, absent", Conditions{}, 0, true},
		{"none, present", Conditions{}, 5, true},
		{"If-Match any, absent", Conditions{IfMatch: List{Any: true}}, 0, false},
		{"If-Match 0, absent", Conditions{IfMatch: list(`"0"`)}, 0, false},
		{"If-None-Match any, absent", Conditions{IfNoneMatch: List{Any: true}}, 0, true},
		{"If-None-Match any, present", Conditions{IfNoneMatch: List{Any: true}}, 5, false},
		{"both, both hold", Conditions{list(`"5"`), list(`"4"`)}, 5, true},
		{"both, the second fails", Conditions{list(`"5"`), list(`W/"5"`)}, 5, false},
	} {
		if got := test.c.Hold(test.revision); got != test.want {
			t.Errorf("%s: Hold = %v, want %v", test.name, got, test.want)
		}
	}
}

func FuzzAListMatchesOnlyWhatItNames(f *testing.F) {
	f.Add(`"17", W/"18"`, int64(17))
	f.Add(`*`, int64(1))
	f.Add(Format(9), int64(9))
	f.Fuzz(func(t *testing.T, text string, revision int64) {
		if revision < 1 {
			return
		}
		list, err := Parse("If-Match", []string{text})
		if err != nil {
			if list.Given() {
				t.Errorf("Parse(%q) = %+v with error %v", text, list, err)
			}
			return
		}
		if !list.Given() {
			t.Errorf("Parse(%q) is as if there were no header", text)
		}
		named := strings.Contains(text, Format(revision))
		if list.Weak(revision) && !named && !list.Any || list.Strong(revision) && !list.Weak(revision) {
			t.Errorf("%q matches %d: strongly %v, weakly %v", text, revision, list.Strong(revision), list.Weak(revision))
		}
		if only, ok := list.Only(); ok && (!list.Strong(only) || len(list.Tags) != 1) {
			t.Errorf("%q names only %d, and does not match it", text, only)
		}
		if own, err := Parse("If-Match", []string{Format(revision)}); err != nil || !own.Strong(revision) {
			t.Errorf("our own tag %s is not read: %v", Format(revision), err)
		}
	})
}

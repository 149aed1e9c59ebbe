package item

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/berth/contract"
)

func codeOf(err error) Code {
	var told *Error
	if errors.As(err, &told) {
		return told.Code
	}
	return ""
}

func TestIdsAreSafeInURLsAndAsKeys(t *testing.T) {
	for _, id := range []string{"a", "0", "order-17", "a.b_c~d:e", "A..", strings.Repeat("x", LongestID)} {
		if err := CheckID(id); err != nil {
			t.Errorf("CheckID(%q) = %v, want nil", id, err)
		}
	}
	for _, id := range []string{"", ".", "..", "-a", "_a", "a/b", "a b", "a\x00", "é", "a%", "a?", "a\n", "\xff", strings.Repeat("x", LongestID+1)} {
		err := CheckID(id)
		if codeOf(err) != InvalidID {
			t.Errorf("CheckID(%q) = %v, want code %s", id, err, InvalidID)
			continue
		}
		var told *Error
		if errors.As(err, &told); told.Allowed == "" || told.Detail == "" || told.Value == "" && id != "" {
			t.Errorf("CheckID(%q) does not tell all: %+v", id, told)
		}
	}
}

func TestNewIdsAreValidAndSortByTime(t *testing.T) {
	var ids []string
	for range 10_000 {
		id, err := NewID()
		if err != nil || CheckID(id) != nil {
			t.Fatal(id, err, CheckID(id))
		}
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != 10_000 {
		t.Error("ids are not in order, or not different")
	}
}

func TestDocumentsAreStrictJSON(t *testing.T) {
	deepest := strings.Repeat("[", Deepest) + strings.Repeat("]", Deepest)
	for _, text := range []string{
		"1", "null", " {} ", `"\u00e9"`, `{"a":{"a":1}}`, "[1e400,-0.0]", deepest, `"` + strings.Repeat("[", 100) + `"`,
		`"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["`, `"` + strings.Repeat("x", int(contract.Get.Limits.BodyBytes)-2) + `"`,
	} {
		if err := CheckDocument([]byte(text)); err != nil {
			t.Errorf("CheckDocument(%.60q) = %v, want nil", text, err)
		}
	}
	for _, text := range []string{
		"", " ", "{", "}", "1 2", "{}x", "nul", "NaN", "01", "+1", "'a'", `{"a":1,}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{a:1}`,
		"\"\x01\"", "\"\xff\"", "{\"\xc0\x80\":1}", `"\ud800"`, "\ufeff1", "[" + deepest + "]", strings.Repeat("[", 1<<20-1),
		strings.Repeat(`{"a":`, 100000), "// c\n1", `"\x"`, "1\x00", `"\u00zz"`,
	} {
		if err := CheckDocument([]byte(text)); codeOf(err) != InvalidDocument {
			t.Errorf("CheckDocument(%.60q) = %v, want code %s", text, err, InvalidDocument)
		}
	}
	tooLarge := `"` + strings.Repeat("x", int(contract.Get.Limits.BodyBytes)-1) + `"`
	if err := CheckDocument([]byte(tooLarge)); codeOf(err) != TooLarge {
		t.Errorf("a document over the limit: %v, want code %s", err, TooLarge)
	}
}

// The examples of RFC 7396, appendix A, in its order.
func TestMergePatchFollowsTheExamplesOfTheRFC(t *testing.T) {
	for _, test := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		got, err := MergePatch([]byte(test[0]), []byte(test[1]))
		if err != nil || string(got) != test[2] {
			t.Errorf("MergePatch(%s, %s) = %s, %v, want %s", test[0], test[1], got, err, test[2])
		}
	}
}

func TestMergePatchKeepsWhatItDoesNotName(t *testing.T) {
	got, err := MergePatch([]byte(" { \"z\" : 1.50 , \"a\":[ 1e3,{\"n\":12345678901234567890}] , \"q\\\"\":{\"in\":1,\"out\":2}}\n"), []byte(`{"q\"":{"in":null},"new":true}`))
	const want = `{"z":1.50,"a":[ 1e3,{"n":12345678901234567890}],"q\"":{"out":2},"new":true}`
	if err != nil || string(got) != want {
		t.Errorf("MergePatch = %s, %v, want %s", got, err, want)
	}
}

func TestMergePatchRefusesAResultThatIsTooLarge(t *testing.T) {
	half := strings.Repeat("x", int(contract.Get.Limits.BodyBytes)/2)
	if _, err := MergePatch([]byte(`{"a":"`+half+`"}`), []byte(`{"b":"`+half+`"}`)); codeOf(err) != TooLarge {
		t.Errorf("error %v, want code %s", err, TooLarge)
	}
}

func TestExcerptsAreShortAndValid(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("é", 100), strings.Repeat("\xff", 100), "x" + strings.Repeat("⚓", 100)} {
		if got := Excerpt(text); !utf8.ValidString(got) || len(got) > 3*90 {
			t.Errorf("Excerpt(%q) = %q", text, got)
		}
	}
}

func FuzzAnIdIsOfTheCharactersAllowed(f *testing.F) {
	f.Add("order-17")
	f.Add("..")
	f.Fuzz(func(t *testing.T, id string) {
		const first, later = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "-._~:"
		valid := id != "" && len(id) <= LongestID && strings.Contains(first, id[:1]) && strings.Trim(id, first+later) == ""
		for _, c := range id {
			valid = valid && strings.ContainsRune(first+later, c)
		}
		if err := CheckID(id); (err == nil) != valid || !valid && codeOf(err) != InvalidID {
			t.Errorf("CheckID(%q) = %v, want valid %v", id, err, valid)
		}
	})
}

func FuzzADocumentIsJSONForOthersToo(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":null}]}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Add([]byte("\"\xff\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		err := CheckDocument(text)
		if err != nil {
			if code := codeOf(err); code != InvalidDocument && code != TooLarge {
				t.Errorf("CheckDocument(%q) = %v", text, err)
			}
			return
		}
		if !json.Valid(text) || !utf8.Valid(text) || depthByParsing(t, text) > Deepest {
			t.Errorf("CheckDocument accepts %q", text)
		}
	})
}

func depthByParsing(t *testing.T, text []byte) (deepest int) {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	depth := 0
	for {
		token, err := decoder.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			deepest = max(deepest, depth)
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

func FuzzAMergePatchIsAsTheRFCHasIt(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1},"c":[null]}`), []byte(`{"a":{"b":null,"d":{"e":null}},"c":null}`))
	f.Add([]byte(`[1]`), []byte(`{"a":null}`))
	f.Fuzz(func(t *testing.T, document, patch []byte) {
		if CheckDocument(document) != nil || CheckDocument(patch) != nil {
			return
		}
		got, err := MergePatch(document, patch)
		if err != nil {
			if codeOf(err) != TooLarge {
				t.Errorf("MergePatch(%q, %q) = %v", document, patch, err)
			}
			return
		}
		if err := CheckDocument(got); err != nil {
			t.Fatalf("MergePatch(%q, %q) = %q, which is not a document: %v", document, patch, got, err)
		}
		want := mergeValues(parse(t, document), parse(t, patch))
		if result := parse(t, got); !reflect.DeepEqual(result, want) {
			t.Errorf("MergePatch(%q, %q) = %v, want %v", document, patch, result, want)
		}
		again, err := MergePatch(got, patch)
		if err != nil || !reflect.DeepEqual(parse(t, again), want) {
			t.Errorf("MergePatch made again on %q gives %q, %v", got, again, err)
		}
	})
}

func parse(t *testing.T, text []byte) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return value
}

// mergeValues is the pseudocode of RFC 7396, section 2.
func mergeValues(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result := map[string]any{}
	if old, ok := target.(map[string]any); ok {
		result = old
	}
	for name, value := range changes {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = mergeValues(result[name], value)
		}
	}
	return result
}

package cursor

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"example.com/berth/item"
)

func TestACursorComesBackAsItWas(t *testing.T) {
	longest := strings.Repeat("x", item.LongestID)
	for _, want := range []Cursor{
		{Revision: 1, Last: "a"}, {Revision: 1 << 62, Prefix: "a", Last: "ab"}, {Revision: 300, Prefix: longest, Last: longest},
	} {
		if got, err := Parse(want.Encode()); err != nil || got != want {
			t.Errorf("Parse(Encode(%+v)) = %+v, %v", want, got, err)
		}
	}
}

func TestWhatNoServerMadeIsRefused(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	for name, text := range map[string]string{
		"nothing":            "",
		"no base64":          "!!!!",
		"other version":      encode([]byte{2, 1, 0, 'a'}),
		"no revision":        encode([]byte{1}),
		"revision 0":         encode([]byte{1, 0, 0, 'a'}),
		"revision too large": encode([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 'a'}),
		"long revision":      encode([]byte{1, 0x81, 0x00, 0, 'a'}),
		"no last":            encode([]byte{1, 1, 0}),
		"last is no id":      encode([]byte{1, 1, 0, '/'}),
		"prefix is none":     encode([]byte{1, 1, 1, '/', '/', 'a'}),
		"last has no prefix": encode([]byte{1, 1, 1, 'a', 'b'}),
		"prefix cut off":     encode([]byte{1, 1, 9, 'a'}),
		"padding":            Cursor{Revision: 1, Last: "a"}.Encode() + "=",
		"too long":           strings.Repeat("A", 1000),
	} {
		_, err := Parse(text)
		var told *item.Error
		if !errors.As(err, &told) || told.Code != item.InvalidParameter {
			t.Errorf("%s: error %v, want code %s", name, err, item.InvalidParameter)
		}
	}
}

func FuzzACursorIsReadOnlyAsItWasWritten(f *testing.F) {
	f.Add(Cursor{Revision: 7, Prefix: "a", Last: "ab"}.Encode())
	f.Add("AQQAMDFh")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			if c != (Cursor{}) {
				t.Errorf("%+v comes with error %v", c, err)
			}
			return
		}
		if c.Encode() != text || c.Revision <= 0 || item.CheckID(c.Last) != nil || !strings.HasPrefix(c.Last, c.Prefix) {
			t.Errorf("%q is read as %+v, which is written %q", text, c, c.Encode())
		}
	})
}

package store_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/berth/store"
	"example.com/berth/store/storetest"
)

func TestAfterACrashTheFirstReadsSeeEveryAcknowledgedWrite(t *testing.T) {
	for n := range 10 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			options := storetest.Options(t, t.TempDir())
			s := storetest.OpenWith(t, options)
			defer s.Close()
			want := mustPut(t, s, "a", "1")
			// What a process that is killed now leaves behind.
			crashed := filepath.Join(t.TempDir(), "crashed")
			if err := os.CopyFS(crashed, os.DirFS(options.DataDirectory)); err != nil {
				t.Fatal(err)
			}
			again, err := store.Open(t.Context(), storetest.Options(t, crashed))
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			var readers sync.WaitGroup
			defer readers.Wait()
			for deadline := time.Now().Add(20 * time.Second); !again.Ready() && time.Now().Before(deadline); time.Sleep(100 * time.Microsecond) {
				readers.Go(func() {
					if got, err := again.Get(t.Context(), "a"); err != nil || got.Revision != want {
						t.Errorf("Get = %+v, %v, want revision %d", got, err, want)
					}
				})
			}
		})
	}
}

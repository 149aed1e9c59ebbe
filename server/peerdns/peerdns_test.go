package peerdns

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const domain = "peers.test.svc"

// dns is what DNS says: the addresses of some names, and of others that there
// is no such name. It counts how often it was asked for each.
type dns struct {
	mutex sync.Mutex
	hosts map[string]string
	fails error
	takes time.Duration
	asked map[string]int
}

func (d *dns) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	d.mutex.Lock()
	d.asked[host]++
	d.mutex.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(d.takes):
	}
	if d.fails != nil {
		return nil, d.fails
	}
	if address, ok := d.hosts[host]; ok {
		return []netip.Addr{netip.MustParseAddr(address)}, nil
	}
	return nil, &net.DNSError{Name: host, Err: "no such host", IsNotFound: true}
}

func newBook(hosts map[string]string) (*Book, *dns) {
	d := &dns{hosts: hosts, asked: map[string]int{}}
	book := New(domain)
	book.dns = d.lookup
	return book, d
}

// lookUp is what a connection would be made to.
func lookUp(t *testing.T, b *Book, host string) string {
	t.Helper()
	found, err := b.Resolver().LookupNetIP(t.Context(), "ip", host)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s is found at %v, %v; want one address", host, found, err)
	}
	return found[0].String()
}

func TestAMemberIsFoundWhereItWasMetLastWhateverDNSSays(t *testing.T) {
	b, d := newBook(map[string]string{"a-0." + domain: "10.0.0.9"})
	for _, address := range []string{"10.0.0.1", "10.0.0.2", "fd00::3"} {
		b.Met("a-0."+domain, net.JoinHostPort(address, "40000"))
		// With the dot it is a whole name; without, one that is looked for in the domains searched too.
		for _, host := range []string{"a-0." + domain + ".", "a-0." + domain} {
			if got := lookUp(t, b, host); got != address {
				t.Errorf("%s is found at %s, want %s", host, got, address)
			}
		}
	}
	b.Met("a-0."+domain, "[::ffff:10.0.0.4]:1")
	if got := lookUp(t, b, "a-0."+domain); got != "10.0.0.4" {
		t.Errorf("it is found at %s, want 10.0.0.4", got)
	}
	if len(d.asked) > 0 {
		t.Errorf("DNS was asked %v", d.asked)
	}
}

func TestWhatSearchDomainsAddToTheNameOfAMemberIsNotLookedUp(t *testing.T) {
	b, d := newBook(nil)
	b.Met("a-0."+domain, "10.0.0.1:1")
	if got := lookUp(t, b, "a-0."+domain+".test.svc.cluster.local."); got != "10.0.0.1" || len(d.asked) > 0 {
		t.Errorf("it is found at %s, and DNS was asked %v", got, d.asked)
	}
}

func TestDNSIsAskedAboutAMemberThatWasNotMetOrWasMissed(t *testing.T) {
	b, _ := newBook(map[string]string{"a-0." + domain: "10.0.0.9"})
	if got := lookUp(t, b, "a-0."+domain); got != "10.0.0.9" {
		t.Errorf("it is found at %s, want where DNS says", got)
	}
	if at := b.At("a-0." + domain); at.IsValid() {
		t.Errorf("what DNS says is taken for a meeting at %s", at)
	}
	b.Met("a-0."+domain, "10.0.0.1:1")
	b.Missed("a-0."+domain, b.At("a-0."+domain))
	if got := lookUp(t, b, "a-0."+domain); got != "10.0.0.9" {
		t.Errorf("it is found at %s after it was missed, want where DNS says", got)
	}
}

func TestAMemberThatIsMissedStaysWhereItWasMetMeanwhile(t *testing.T) {
	b, _ := newBook(nil)
	b.Met("a-0."+domain, "10.0.0.1:1")
	before := b.At("a-0." + domain)
	b.Met("a-0."+domain, "10.0.0.2:1")
	b.Missed("a-0."+domain, before)
	b.Missed("a-0."+domain, netip.Addr{}) // who did not know where it is has nothing to say
	if got := lookUp(t, b, "a-0."+domain); got != "10.0.0.2" {
		t.Errorf("it is found at %s, want where it was met last", got)
	}
}

func TestNobodyButAMemberIsNoted(t *testing.T) {
	b, d := newBook(nil)
	for _, host := range []string{domain, "." + domain, "a-0.other.svc", "x.a-0." + domain, "a-0." + domain + ".more", "a-0"} {
		b.Met(host, "10.0.0.1:1")
	}
	b.Met("a-0."+domain, "nowhere")
	if len(b.met) > 0 || len(d.asked) > 0 {
		t.Errorf("the book has %v", b.met)
	}
	var none *Book
	none.Met("a-0."+domain, "10.0.0.1:1")
	none.Missed("a-0."+domain, netip.MustParseAddr("10.0.0.1"))
	if at := none.At("a-0." + domain); at.IsValid() {
		t.Errorf("no book has %s", at)
	}
}

func TestOneAnswerOfDNSServesAllWhoAskSoonAfterwards(t *testing.T) {
	for name, fails := range map[string]error{"found": nil, "failed": errors.New("no server answers")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const host = "a-0." + domain
				b, d := newBook(map[string]string{host: "10.0.0.9"})
				d.fails, d.takes = fails, time.Second
				ask := func() {
					if found, err := b.find(t.Context(), host); !errors.Is(err, fails) || fails == nil && len(found) != 1 {
						t.Errorf("it is found at %v, %v", found, err)
					}
				}
				var asking sync.WaitGroup
				for range 20 {
					asking.Go(ask)
				}
				asking.Wait()
				ask()
				if d.asked[host] != 1 {
					t.Errorf("DNS was asked %d times at first, want once", d.asked[host])
				}
				time.Sleep(answerLife)
				ask()
				if d.asked[host] != 2 {
					t.Errorf("DNS was asked %d times, want again after %s", d.asked[host], answerLife)
				}
			})
		})
	}
}

func TestWhoDidNotWaitForDNSHearsItsAnswerWhenTheyAskAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const host = "a-0." + domain
		b, d := newBook(map[string]string{host: "10.0.0.9"})
		d.takes = 3 * time.Second
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			found, err := b.find(ctx, host)
			cancel()
			if err == nil && found[0].String() == "10.0.0.9" && d.asked[host] == 1 {
				return
			}
		}
		t.Errorf("DNS was asked %d times, and nobody heard its answer", d.asked[host])
	})
}

func TestAMeetingCountsMoreThanAnAnswerOfDNSThatComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const host = "a-0." + domain
		b, d := newBook(map[string]string{host: "10.0.0.9"})
		d.takes = time.Second
		time.AfterFunc(500*time.Millisecond, func() { b.Met(host, "10.0.0.1:1") })
		for range 2 {
			if found, err := b.find(t.Context(), host); err != nil || found[0].String() != "10.0.0.1" {
				t.Errorf("it is found at %v, %v", found, err)
			}
		}
	})
}

func TestOtherNamesAreLookedUpEachTime(t *testing.T) {
	b, d := newBook(map[string]string{"example.com.": "192.0.2.1"})
	for range 2 {
		if got := lookUp(t, b, "example.com."); got != "192.0.2.1" {
			t.Errorf("it is found at %s", got)
		}
	}
	if d.asked["example.com."] < 2 || len(b.answers) > 0 {
		t.Errorf("DNS was asked %v, and the book has %v", d.asked, b.answers)
	}
}

func TestAFailureOfDNSIsToldFromANameThatIsNotThere(t *testing.T) {
	b, d := newBook(nil)
	var told *net.DNSError
	if _, err := b.Resolver().LookupNetIP(t.Context(), "ip", "none.example."); !errors.As(err, &told) || !told.IsNotFound {
		t.Errorf("of a name that is not there it is told %v", err)
	}
	d.fails = errors.New("no server answers")
	if _, err := b.Resolver().LookupNetIP(t.Context(), "ip", "some.example."); !errors.As(err, &told) || told.IsNotFound {
		t.Errorf("when DNS fails it is told %v", err)
	}
	if _, err := b.Resolver().LookupMX(t.Context(), "some.example."); err == nil {
		t.Error("it answers what it does not know of")
	}
}

func FuzzAnyQuestionIsAnsweredOrRefused(f *testing.F) {
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA, dnsmessage.TypeMX} {
		query, err := (&dnsmessage.Message{Questions: []dnsmessage.Question{
			{Name: dnsmessage.MustNewName("a-0." + domain + "."), Type: kind, Class: dnsmessage.ClassINET},
		}}).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(query)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, query []byte) {
		b, _ := newBook(nil)
		b.Met("a-0."+domain, "10.0.0.1:1")
		text, err := b.answer(t.Context(), query)
		if err != nil {
			return
		}
		var asked, answered dnsmessage.Parser
		header, err := answered.Start(text)
		if err != nil {
			t.Fatalf("the answer cannot be read: %v", err)
		}
		want, _ := asked.Start(query)
		if !header.Response || header.ID != want.ID {
			t.Errorf("the answer begins %+v, want one to %d", header, want.ID)
		}
		questions, err := answered.AllQuestions()
		first, _ := asked.Question()
		if err != nil || !slices.Equal(questions, []dnsmessage.Question{first}) {
			t.Errorf("the answer is to %v, want %v", questions, first)
		}
	})
}

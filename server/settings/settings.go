// Package settings reads the server's settings from the environment: the one
// place that does. Names and most defaults come from package contract.
package settings

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"example.com/berth/contract"
)

// Settings is how one server is to run.
type Settings struct {
	// HTTPAddress is what the HTTP server listens on, as host:port.
	// The default is every address, at the contract's port.
	HTTPAddress string
	// DataDirectory holds everything that must survive a restart.
	DataDirectory string
	// TokensFile holds bearer tokens, one a line. Empty means that requests
	// need no token; the default is empty.
	TokensFile string
	// PeerSecretFile holds the secrets members derive their certificates
	// from, one a line. Empty, the default, means one kept on the volume.
	PeerSecretFile string
	// PodName is the pod's name, which becomes the member's; the default is
	// that of the contract with ordinal 0.
	PodName string
	// PeerDomain is the DNS domain pods have names in. Empty, the default,
	// means outside Kubernetes: no peers, and no peer port.
	PeerDomain string
	// Replicas is how many members the cluster is to have; the default is 1.
	Replicas int
	// DrainDelay is how long to serve on after being told to stop, so that
	// load balancers notice, and after each request that still comes, up to
	// 10 s or ten times as long; the default is 5 s.
	DrainDelay time.Duration
	// ShutdownTimeout is how long requests under way may take to finish
	// after DrainDelay; the default is 20 s.
	ShutdownTimeout time.Duration
	// UnreadyAfter is how long no majority may be heard of before the server
	// is unready; the default is 15 s.
	UnreadyAfter time.Duration
	// StoreBytes is how much all items may take on disk; the default, and
	// the most, is the contract's.
	StoreBytes int64
	// LogLevel is the least severe level logged; the default is info.
	LogLevel slog.Level
}

// Setting describes one environment variable, for --help and for tests.
type Setting struct {
	// Name is the environment variable.
	Name string
	// Default is its value when it is not set; it may be empty.
	Default string
	// Allowed says which values it takes.
	Allowed string
	// Meaning is one sentence for a person.
	Meaning string

	parse func(value string, into *Settings) bool
}

// prefix guards a namespace: a misspelt name must not be ignored, for the
// setting it meant would silently keep its default.
const prefix = "BERTH_"

// longest bounds durations: Kubernetes waits no longer than this anyway.
const longest = time.Hour

// leastStore has room for a few of the largest documents.
const leastStore = 16 << 20

var dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// serviceLink matches the variables Kubernetes puts in every pod for each
// Service of its namespace (BERTH_SERVICE_HOST, BERTH_PORT_8080_TCP_ADDR and
// so on, for a Service named berth). They are not settings.
var serviceLink = regexp.MustCompile(`^BERTH(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// All lists every setting there is, in the order of the contract.
func All() []Setting {
	c := contract.Get
	env := c.Environment
	return []Setting{
		{
			Name: env.HTTPAddress, Default: fmt.Sprintf(":%d", c.Ports.HTTP.Number),
			Allowed: "host:port, host may be empty, port from 0 to 65535",
			Meaning: "What the HTTP server listens on.",
			parse: func(value string, s *Settings) bool {
				s.HTTPAddress = value
				return isAddress(value)
			},
		},
		{
			Name: env.DataDirectory, Default: c.DataDirectory,
			Allowed: "an absolute path",
			Meaning: "Where data is kept.",
			parse: func(value string, s *Settings) bool {
				s.DataDirectory = filepath.Clean(value)
				return isPath(value)
			},
		},
		{
			Name:    env.TokensFile,
			Allowed: "an absolute path, or empty for no tokens",
			Meaning: "File of bearer tokens, one a line; when set, every /v1 request needs one.",
			parse: func(value string, s *Settings) bool {
				s.TokensFile = value
				return value == "" || isPath(value)
			},
		},
		{
			Name:    env.PeerSecretFile,
			Allowed: "an absolute path, or empty for a secret of its own",
			Meaning: "File of secrets shared by all members, one a line; the first signs, all are trusted.",
			parse: func(value string, s *Settings) bool {
				s.PeerSecretFile = value
				return value == "" || isPath(value)
			},
		},
		{
			Name: env.PodName, Default: c.Name + "-0",
			Allowed: "a DNS label of at most 63 characters",
			Meaning: "The pod's name, which names the member.",
			parse: func(value string, s *Settings) bool {
				s.PodName = value
				return dnsLabel.MatchString(value)
			},
		},
		{
			Name:    env.PeerDomain,
			Allowed: "a DNS name such as " + c.Services.Peers + ".default.svc, or empty outside Kubernetes",
			Meaning: "The DNS domain members have their names in; empty runs alone, without a peer port.",
			parse: func(value string, s *Settings) bool {
				s.PeerDomain = value
				return value == "" || isDomain(value)
			},
		},
		{
			Name: env.Replicas, Default: "1",
			Allowed: strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Replicas), " ", ", "), "[]"),
			Meaning: "How many members there are.",
			parse: func(value string, s *Settings) bool {
				n, err := strconv.Atoi(value)
				s.Replicas = n
				return err == nil && slices.Contains(c.Replicas, n)
			},
		},
		{
			Name: env.DrainDelay, Default: "5s",
			Allowed: "a duration from 0s to 1h, such as 5s",
			Meaning: "How long to serve on after SIGTERM, while load balancers notice; longer while requests come, up to 10s.",
			parse: func(value string, s *Settings) (ok bool) {
				s.DrainDelay, ok = parseDuration(value)
				return ok
			},
		},
		{
			Name: env.ShutdownTimeout, Default: "20s",
			Allowed: "a duration from 1s to 1h, such as 20s",
			Meaning: "How long requests under way may then take to finish.",
			parse: func(value string, s *Settings) (ok bool) {
				s.ShutdownTimeout, ok = parseDuration(value)
				return ok && s.ShutdownTimeout >= time.Second
			},
		},
		{
			Name: env.UnreadyAfter, Default: "15s",
			Allowed: "a duration from 5s, longer than an election takes, to 1h",
			Meaning: "How long no majority may be heard of before requests are to go elsewhere.",
			parse: func(value string, s *Settings) (ok bool) {
				s.UnreadyAfter, ok = parseDuration(value)
				return ok && s.UnreadyAfter >= 5*time.Second
			},
		},
		{
			Name: env.StoreBytes, Default: fmt.Sprint(c.Limits.StoreBytes),
			Allowed: fmt.Sprintf("a whole number of bytes from %d to %d", leastStore, c.Limits.StoreBytes),
			Meaning: "How much all items may take on disk; writes beyond that are refused.",
			parse: func(value string, s *Settings) bool {
				n, err := strconv.ParseInt(value, 10, 64)
				s.StoreBytes = n
				return err == nil && n >= leastStore && n <= c.Limits.StoreBytes
			},
		},
		{
			Name: env.LogLevel, Default: "info",
			Allowed: "debug, info, warn, error",
			Meaning: "The least severe level that is logged; debug has a line for each request.",
			parse: func(value string, s *Settings) bool {
				level, ok := map[string]slog.Level{
					"debug": slog.LevelDebug, "info": slog.LevelInfo,
					"warn": slog.LevelWarn, "error": slog.LevelError,
				}[value]
				s.LogLevel = level
				return ok
			},
		},
	}
}

// Read makes Settings of an environment in the form of os.Environ. The error
// is one line that says which variable is wrong, its value, and what is
// allowed. Variables that do not start with BERTH_ are ignored, as are those
// that Kubernetes itself makes for a Service named berth.
func Read(environ []string) (Settings, error) {
	var result Settings
	all := All()
	known := make(map[string]Setting, len(all))
	names := make([]string, 0, len(all))
	for _, setting := range all {
		known[setting.Name] = setting
		names = append(names, setting.Name)
	}

	given := make(map[string]string)
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, prefix) {
			given[name] = value
		}
	}
	// Sorted, so that the same mistakes always make the same message.
	for _, name := range sortedKeys(given) {
		if _, ok := known[name]; !ok && !serviceLink.MatchString(name) {
			return Settings{}, fmt.Errorf("environment variable %s (%q) is not a setting; nearest is %s; allowed: %s",
				name, given[name], nearest(name, names), strings.Join(names, ", "))
		}
	}
	for _, setting := range all {
		value, ok := given[setting.Name]
		if !ok {
			value = setting.Default
		}
		if !setting.parse(value, &result) {
			return Settings{}, fmt.Errorf("environment variable %s is %q; allowed: %s", setting.Name, value, setting.Allowed)
		}
	}
	if err := result.fit(); err != nil {
		return Settings{}, err
	}
	return result, nil
}

// fit tells which settings do not go together.
func (s Settings) fit() error {
	env := contract.Get.Environment
	if s.PeerDomain == "" {
		if s.Replicas > 1 {
			return fmt.Errorf("environment variable %s is %q, and %s is empty; allowed: 1 without a domain that members have names in; set %s as well",
				env.Replicas, strconv.Itoa(s.Replicas), env.PeerDomain, env.PeerDomain)
		}
		return nil
	}
	if _, _, ok := contract.Get.PodOrdinal(s.PodName); !ok {
		return fmt.Errorf("environment variable %s is %q; allowed where %s is set: a name that ends in -0 to -%d, as pods of a StatefulSet have",
			env.PodName, s.PodName, env.PeerDomain, slices.Max(contract.Get.Replicas)-1)
	}
	return nil
}

// FromEnvironment reads the settings of this process.
func FromEnvironment() (Settings, error) { return Read(os.Environ()) }

func isAddress(value string) bool {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isPath(value string) bool {
	return filepath.IsAbs(value) && !strings.ContainsRune(value, 0)
}

func isDomain(value string) bool {
	if len(value) > 253 {
		return false
	}
	for label := range strings.SplitSeq(value, ".") {
		if !dnsLabel.MatchString(label) {
			return false
		}
	}
	return true
}

func parseDuration(value string) (time.Duration, bool) {
	d, err := time.ParseDuration(value)
	return d, err == nil && d >= 0 && d <= longest
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

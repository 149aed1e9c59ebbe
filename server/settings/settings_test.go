package settings

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"example.com/berth/contract"
)

func TestAnEmptyEnvironmentGivesTheContractsDefaults(t *testing.T) {
	got, err := Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		HTTPAddress:     fmt.Sprintf(":%d", contract.Get.Ports.HTTP.Number),
		DataDirectory:   contract.Get.DataDirectory,
		PodName:         "berth-0",
		Replicas:        1,
		DrainDelay:      5 * time.Second,
		ShutdownTimeout: 20 * time.Second,
		UnreadyAfter:    15 * time.Second,
		StoreBytes:      2 << 30,
		LogLevel:        slog.LevelInfo,
	}
	if got != want {
		t.Errorf("Read(nil) = %+v, want %+v", got, want)
	}
}

func TestSettingsAndContractKnowTheSameNames(t *testing.T) {
	var fromContract, fromSettings []string
	names := reflect.ValueOf(contract.Get.Environment)
	for i := range names.NumField() {
		fromContract = append(fromContract, names.Field(i).String())
	}
	for _, setting := range All() {
		fromSettings = append(fromSettings, setting.Name)
		if setting.Allowed == "" || setting.Meaning == "" {
			t.Errorf("%s does not say what it means and which values it takes", setting.Name)
		}
	}
	sort.Strings(fromContract)
	sort.Strings(fromSettings)
	if !reflect.DeepEqual(fromContract, fromSettings) {
		t.Errorf("contract has %v, settings have %v", fromContract, fromSettings)
	}
}

func TestEveryVariableIsRead(t *testing.T) {
	got, err := Read([]string{
		"PATH=/bin", "BERTH_HTTP_ADDRESS=127.0.0.1:0", "BERTH_DATA_DIRECTORY=/data/",
		"BERTH_TOKENS_FILE=/t", "BERTH_PEER_SECRET_FILE=/p", "BERTH_POD_NAME=berth-2",
		"BERTH_PEER_DOMAIN=berth-peers.a.svc", "BERTH_REPLICAS=3", "BERTH_DRAIN_DELAY=0s",
		"BERTH_SHUTDOWN_TIMEOUT=1m", "BERTH_UNREADY_AFTER=7s", "BERTH_STORE_BYTES=33554432", "BERTH_LOG_LEVEL=debug",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{"127.0.0.1:0", "/data", "/t", "/p", "berth-2", "berth-peers.a.svc", 3, 0, time.Minute, 7 * time.Second, 32 << 20, slog.LevelDebug}
	if got != want {
		t.Errorf("Read = %+v, want %+v", got, want)
	}
}

func TestABadValueIsNamedWithWhatIsAllowed(t *testing.T) {
	for _, pair := range []string{
		"BERTH_HTTP_ADDRESS=8080", "BERTH_HTTP_ADDRESS=:65536", "BERTH_HTTP_ADDRESS=",
		"BERTH_DATA_DIRECTORY=relative", "BERTH_DATA_DIRECTORY=", "BERTH_TOKENS_FILE=x",
		"BERTH_PEER_SECRET_FILE=x", "BERTH_POD_NAME=Berth_0", "BERTH_POD_NAME=",
		"BERTH_PEER_DOMAIN=a..b", "BERTH_PEER_DOMAIN=" + strings.Repeat("a.", 127) + "a",
		"BERTH_REPLICAS=2", "BERTH_REPLICAS=7", "BERTH_REPLICAS=0", "BERTH_REPLICAS=x", "BERTH_DRAIN_DELAY=-1s",
		"BERTH_DRAIN_DELAY=5", "BERTH_SHUTDOWN_TIMEOUT=0s", "BERTH_SHUTDOWN_TIMEOUT=2h", "BERTH_UNREADY_AFTER=4s", "BERTH_UNREADY_AFTER=2h", "BERTH_LOG_LEVEL=loud",
		"BERTH_STORE_BYTES=1", "BERTH_STORE_BYTES=64MiB", "BERTH_STORE_BYTES=2147483649",
	} {
		name, value, _ := strings.Cut(pair, "=")
		_, err := Read([]string{pair})
		if err == nil {
			t.Errorf("%s is accepted", pair)
			continue
		}
		for _, part := range []string{name, fmt.Sprintf("%q", value), "allowed: "} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: error %q does not mention %q", pair, err, part)
			}
		}
		if strings.ContainsRune(err.Error(), '\n') {
			t.Errorf("%s: error %q is more than one line", pair, err)
		}
	}
}

func TestAnUnknownNameIsRefusedAndTheNearestGiven(t *testing.T) {
	for given, want := range map[string]string{
		"BERTH_TOKEN_FILE":      "BERTH_TOKENS_FILE",
		"BERTH_REPLICA":         "BERTH_REPLICAS",
		"BERTH_LOGLEVEL":        "BERTH_LOG_LEVEL",
		"BERTH_DATA_DIR":        "BERTH_DATA_DIRECTORY",
		"BERTH_SHUTDOWN_TIMOUT": "BERTH_SHUTDOWN_TIMEOUT",
	} {
		_, err := Read([]string{given + "=x"})
		if err == nil || !strings.Contains(err.Error(), "nearest is "+want) {
			t.Errorf("%s: error %v, want one that names %s", given, err, want)
		}
	}
}

func TestVariablesKubernetesMakesForServicesAreNotSettings(t *testing.T) {
	environ := []string{
		"BERTH_SERVICE_HOST=10.0.0.1", "BERTH_SERVICE_PORT=80", "BERTH_SERVICE_PORT_HTTP=80",
		"BERTH_PORT=tcp://10.0.0.1:80", "BERTH_PORT_80_TCP=tcp://10.0.0.1:80", "BERTH_PORT_80_TCP_PROTO=tcp",
		"BERTH_PORT_80_TCP_PORT=80", "BERTH_PORT_80_TCP_ADDR=10.0.0.1", "BERTH_PEERS_SERVICE_HOST=None",
		"BERTH_PEERS_PORT_2380_TCP_ADDR=10.0.0.2",
	}
	if _, err := Read(environ); err != nil {
		t.Error(err)
	}
	for _, setting := range All() {
		if serviceLink.MatchString(setting.Name) {
			t.Errorf("%s would be taken for one that Kubernetes makes", setting.Name)
		}
	}
}

func FuzzReadNeverAcceptsWhatItDoesNotKnow(f *testing.F) {
	f.Add("BERTH_HTTP_ADDRESS", ":1")
	f.Add("BERTH_NONE", "x")
	f.Add("BERTH_DRAIN_DELAY", "1h")
	known := map[string]bool{}
	for _, setting := range All() {
		known[setting.Name] = true
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if strings.ContainsAny(name, "=") {
			return
		}
		got, err := Read([]string{name + "=" + value})
		if err != nil {
			if got != (Settings{}) {
				t.Errorf("settings %+v come with error %v", got, err)
			}
			if !strings.HasPrefix(name, prefix) {
				t.Errorf("%q is none of ours, yet %v", name, err)
			}
			return
		}
		if strings.HasPrefix(name, prefix) && !known[name] && !serviceLink.MatchString(name) {
			t.Errorf("unknown %q is accepted", name)
		}
		if !slices.Contains(contract.Get.Replicas, got.Replicas) || got.DrainDelay < 0 || got.ShutdownTimeout < time.Second || got.PodName == "" {
			t.Errorf("%q=%q gives %+v", name, value, got)
		}
	})
}

func TestSettingsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for want, environ := range map[string][]string{
		`BERTH_REPLICAS is "3", and BERTH_PEER_DOMAIN is empty`: {"BERTH_REPLICAS=3"},
		`BERTH_POD_NAME is "web"; allowed where BERTH_PEER_DOMAIN is set: a name that ends in -0 to -4`: {
			"BERTH_POD_NAME=web", "BERTH_PEER_DOMAIN=berth-peers.a.svc",
		},
		`BERTH_POD_NAME is "berth-5"`:  {"BERTH_POD_NAME=berth-5", "BERTH_PEER_DOMAIN=berth-peers.a.svc"},
		`BERTH_POD_NAME is "berth-01"`: {"BERTH_POD_NAME=berth-01", "BERTH_PEER_DOMAIN=berth-peers.a.svc"},
	} {
		if _, err := Read(environ); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%q): error %v, want %q", environ, err, want)
		}
	}
	for _, environ := range [][]string{
		{"BERTH_POD_NAME=web"},
		{"BERTH_POD_NAME=a-b-4", "BERTH_PEER_DOMAIN=berth-peers.a.svc", "BERTH_REPLICAS=5"},
	} {
		if _, err := Read(environ); err != nil {
			t.Errorf("Read(%q): %v", environ, err)
		}
	}
}

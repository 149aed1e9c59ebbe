package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/berth/contract"
	"example.com/berth/settings"
)

func TestHelpListsEverySetting(t *testing.T) {
	status, stdout, stderr := runOnce(t, nil, "--help")
	if status != 0 || stderr != "" {
		t.Errorf("--help exits with %d and %q", status, stderr)
	}
	for _, setting := range settings.All() {
		if !strings.Contains(stdout, setting.Name) {
			t.Errorf("--help does not have %s", setting.Name)
		}
	}
}

func TestVersionIsThatOfTheBuild(t *testing.T) {
	if status, stdout, _ := runOnce(t, nil, "--version"); status != 0 || !strings.HasPrefix(stdout, "berth-server 1.2.3-test ") {
		t.Errorf("--version exits with %d and %q", status, stdout)
	}
}

func TestAWrongSettingOrArgumentIsOneLineAndStatus2(t *testing.T) {
	for _, test := range []struct {
		environ, arguments []string
		want               string
	}{
		{[]string{"BERTH_REPLICAS=2"}, nil, `BERTH_REPLICAS is "2"; allowed: 1, 3, 5`},
		{[]string{"BERTH_TOKEN_FILE=/x"}, nil, "nearest is BERTH_TOKENS_FILE"},
		{nil, []string{"serve"}, `argument "serve" is not known`},
		{nil, []string{"--dismiss"}, `argument "--dismiss" is not known; allowed: --help, --version, or one of --members, --retire=MEMBER`},
		{nil, []string{"--members=berth-1"}, `argument "--members=berth-1" is not known`},
		{nil, []string{"--members", "--members"}, `argument "--members" is not known`},
	} {
		status, stdout, stderr := runOnce(t, test.environ, test.arguments...)
		if status != exitUsage || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, test.want) {
			t.Errorf("%v %v exits with %d, %q and %q, want 2 and one line with %q", test.environ, test.arguments, status, stdout, stderr, test.want)
		}
	}
}

func TestAPortInUseIsStatus1(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	status, _, stderr := runOnce(t, []string{
		contract.Get.Environment.HTTPAddress + "=" + listener.Addr().String(), contract.Get.Environment.DataDirectory + "=" + t.TempDir(),
	})
	if status != exitFailed || !strings.Contains(stderr, "address already in use") {
		t.Errorf("it exits with %d and %q", status, stderr)
	}
}

func TestSeveralMembersWithoutASecretToShareSayHowToMakeIt(t *testing.T) {
	env := contract.Get.Environment
	status, _, stderr := runOnce(t, []string{
		env.HTTPAddress + "=127.0.0.1:0", env.DataDirectory + "=" + t.TempDir(), env.Replicas + "=3",
		env.PeerDomain + "=berth-peers.shop.svc", env.PeerSecretFile + "=" + filepath.Join(t.TempDir(), "none"),
	})
	if status != exitFailed || !strings.Contains(stderr, "kubectl create secret generic berth-peers --namespace shop") {
		t.Errorf("it exits with %d and %q", status, stderr)
	}
}

func TestActionsOnAClusterNeedOne(t *testing.T) {
	for _, argument := range []string{"--members", "--retire=berth-2", "--dismiss=berth-2", "--readmit=berth-2"} {
		status, stdout, stderr := runOnce(t, nil, argument)
		if status != exitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 ||
			!strings.Contains(stderr, argument) || !strings.Contains(stderr, contract.Get.Environment.PeerDomain) {
			t.Errorf("%s exits with %d, %q and %q", argument, status, stdout, stderr)
		}
	}
}

func TestSeveralMembersNeedADomain(t *testing.T) {
	env := contract.Get.Environment
	status, _, stderr := runOnce(t, []string{
		env.HTTPAddress + "=127.0.0.1:0", env.DataDirectory + "=" + t.TempDir(), env.Replicas + "=3",
	})
	if status != exitUsage || !strings.Contains(stderr, env.PeerDomain) {
		t.Errorf("it exits with %d and %q", status, stderr)
	}
}

func TestADataDirectoryThatCannotBeWrittenIsStatus1(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, stderr := runOnce(t, []string{
		contract.Get.Environment.HTTPAddress + "=127.0.0.1:0", contract.Get.Environment.DataDirectory + "=" + file,
	})
	if status != exitFailed || !strings.Contains(stderr, file) {
		t.Errorf("it exits with %d and %q", status, stderr)
	}
}

func TestTheServerAnswersAtThePathsOfTheContract(t *testing.T) {
	p := start(t, t.TempDir())
	paths := contract.Get.Paths
	for _, path := range []string{paths.Live, paths.Ready, paths.Metrics, paths.OpenAPI, paths.Items} {
		if status, _, err := request(http.DefaultClient, "GET", p.url+path, ""); err != nil || status != http.StatusOK {
			t.Errorf("GET %s answers %d, %v", path, status, err)
		}
	}
	took := regexp.MustCompile(`"msg":"ready","took":"([^"]+)"`).FindStringSubmatch(p.log())
	if took == nil {
		t.Errorf("the log does not say when the server was ready:\n%s", p.log())
	} else {
		t.Logf("ready %s after the start, on an empty volume", took[1])
	}
	if strings.Contains(p.log(), `"level":"WARN"`) {
		t.Errorf("a fresh start warns:\n%s", p.log())
	}
	p.stop()
}

func TestTheContractsHTTPPortIsTheDefault(t *testing.T) {
	s, err := settings.Read(nil)
	if err != nil || s.HTTPAddress != fmt.Sprintf(":%d", contract.Get.Ports.HTTP.Number) || s.DataDirectory != contract.Get.DataDirectory {
		t.Errorf("defaults are %+v, %v", s, err)
	}
}

func TestOnlyTheHTTPPortIsOpen(t *testing.T) {
	p := start(t, t.TempDir())
	ports := listening(t, p.command.Process.Pid)
	if len(ports) != 1 || !strings.HasSuffix(p.url, fmt.Sprintf(":%d", ports[0])) {
		t.Errorf("the server listens on %v, want only that of %s", ports, p.url)
	}
	p.stop()
}

// listening is the TCP ports that a process listens on.
func listening(t *testing.T, pid int) (ports []int) {
	t.Helper()
	sockets := map[string]bool{}
	descriptors, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(descriptors) == 0 {
		t.Skip("there is no /proc here to look at")
	}
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(descriptor); err == nil {
			sockets[target] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			const listen = "0A"
			if len(fields) < 10 || fields[3] != listen || !sockets["socket:["+fields[9]+"]"] {
				continue
			}
			var port int
			if _, err := fmt.Sscanf(fields[1][strings.LastIndexByte(fields[1], ':')+1:], "%X", &port); err != nil {
				t.Fatal(err)
			}
			ports = append(ports, port)
		}
	}
	return ports
}

package load

import (
	"os"
	"os/exec"
	"testing"
)

func TestUsageCountsAProcessAndItsChildren(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	alone, err := UsageOf([]int{child.Process.Pid})
	if err != nil || alone.RSS <= 0 {
		t.Fatalf("the usage is %+v, %v", alone, err)
	}
	both, err := UsageOf([]int{os.Getpid()})
	if err != nil || both.RSS <= alone.RSS || both.CPU <= 0 {
		t.Errorf("with its parent the usage is %+v, %v, want more than %+v", both, err, alone)
	}
}

func TestAProcessThatEndedHasNoUsage(t *testing.T) {
	child := exec.Command("true")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	if usage, err := UsageOf([]int{child.Process.Pid}); err == nil {
		t.Errorf("the usage is %+v, want an error", usage)
	}
}

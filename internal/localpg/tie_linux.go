package localpg

import "os/exec"

// startTied starts PostgreSQL so that the kernel ends it when the calling thread
// does, kill -9 included. The caller keeps its thread until the child has ended.
func startTied(cmd *exec.Cmd, throwaway bool) (untie func(), err error) {
	cmd.SysProcAttr.Pdeathsig = endWith(throwaway)
	return func() {}, cmd.Start()
}

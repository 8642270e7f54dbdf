package main

// certificatesCommand has the commands that work with files of certificates. They
// are clients of the API, as those of seats.
type certificatesCommand struct {
	apiAddress
	Import certificatesImportCommand `cmd:"" help:"Bring in the certificates of files and folders, however many. Exits with 1 when something was refused, with 2 when it could not go on."`
}

package demo

import (
	"fmt"
	"strings"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// Names of people: every pair is somebody, and none of them is in people.go, so
// that nobody's request for a colleague is mistaken for their own.
var (
	firstNames = strings.Fields(`Aino Alba Amir Anika Arjun Astrid Ayse Beatriz Bjorn Carla Cem Chiara Daan Daria David Dina
Elena Elias Emre Enzo Esra Fatima Felix Finn Freya Gita Hana Hanna Henrik Ida Igor Imani
Ivo Jana Joao Julia Kaito Karin Kenji Klara Lars Lea Liam Lina Luca Maja Malik Marek
Maria Mateo Mina Nils Noor Olivia Omar Petra Rafael Rosa Samir Sara Simon Tara Theo Yuki`)
	lastNames = strings.Fields(`Abebe Almeida Andersen Aydin Bakker Banerjee Baptiste Becker Bianchi Blom Bruno Castro Celik Chen Conti Dahl
Diaz Dubois Eriksson Fischer Fontaine Garcia Gupta Hansen Hayashi Hoffmann Ibrahim Ito Jansen Jensen Joshi Kaya
Keller Kim Kowalski Kruger Larsen Lefevre Lopez Mancini Marino Meyer Moller Murphy Ndiaye Nguyen Nielsen Nowak
Ortega Osei Patel Popescu Ramos Ricci Rossi Sato Schneider Shah Singh Sousa Suzuki Virtanen Wagner Yilmaz`)
)

// someone is the n-th name of the organisation; the first 4,096 differ.
func someone(n int) string {
	first, round := n%len(firstNames), n/len(firstNames)
	return firstNames[first] + " " + lastNames[(round+first*11)%len(lastNames)]
}

// companies are what the seats of type ORGANIZATION stand for.
var companies = []string{"Example Holding", "Example Retail", "Example Manufacturing", "Example Research", "Example Services", "Example Logistics", "Example Ventures"}

// servers are what servers of the organisation do.
var servers = []struct{ prefix, what string }{
	{"app", "Application server"}, {"db", "Database server"}, {"web", "Web server"}, {"cache", "Cache"}, {"queue", "Message queue"}, {"build", "Build server"},
}

// devices are the devices of a business unit.
var devices = map[string]struct{ prefix, what string }{
	"engineering":   {"eng-laptop", "Laptop"},
	"retail-emea":   {"emea-till", "Till"},
	"manufacturing": {"plant-plc", "Line controller"},
}

// seat is the n-th seat of a stock. The first ones are made by hand, those behind
// them by approvals.
func (s stock) seat(n int) *inventory.NewSeat {
	seat := &inventory.NewSeat{}
	var name string
	switch s.seatType {
	case lifecycle.User:
		name = someone(s.before() + n)
		mail, phone := address(name), fmt.Sprintf("+44 20 7946 %04d", (s.before()+n)%1000)
		seat.SeatID, seat.Email = mail, &mail
		if n%4 == 0 {
			seat.Phone = &phone
		}
	case lifecycle.Server:
		kind := servers[n%len(servers)]
		seat.SeatID = fmt.Sprintf("%s%02d.%s.example.com", kind.prefix, n/len(servers)+1, s.unit)
		name = fmt.Sprintf("%s %d", kind.what, n/len(servers)+1)
	case lifecycle.Device:
		kind := devices[s.unit]
		seat.SeatID, name = fmt.Sprintf("%s-%04d", kind.prefix, n+1), fmt.Sprintf("%s %d", kind.what, n+1)
	case lifecycle.Organization:
		name = companies[n]
		seat.SeatID = slug(name)
	case lifecycle.Unified:
		seat.SeatID, name = fmt.Sprintf("badge-%04d", n+1), fmt.Sprintf("Laboratory badge %d", n+1)
	default:
		seat.SeatID, name = fmt.Sprintf("agent-%02d", n+1), fmt.Sprintf("Certificate agent %d", n+1)
	}
	seat.Name = &name
	return seat
}

// before is how many people the business units in front of the stock's have, so
// that nobody works for two.
func (s stock) before() (people int) {
	for _, other := range stocks {
		if other == s {
			break
		}
		if other.seatType == s.seatType {
			people += other.allocated
		}
	}
	return people
}

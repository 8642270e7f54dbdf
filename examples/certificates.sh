#!/usr/bin/env bash
# What certificates do here, against a running `make run`: some of a small authority
# made by openssl are imported, and found again by their end and by their names; one is
# issued, put on hold, taken off it and revoked, and openssl is asked after each step
# what the authority says of it.
#
#   examples/certificates.sh                          against http://127.0.0.1:8080
#   GATEHOUSE_URL=http://127.0.0.1:9000 examples/certificates.sh
#
# It needs curl, jq and openssl. It may run any number of times; each run makes things
# of its own, named for the time. Twice it waits for the list of revoked certificates,
# which is signed every 15 s.
me=certificates
. "$(dirname "$0")/api.sh"

ada=$(sign_in ada 'Ada Admin' ADMIN)
ines=$(sign_in ines 'Ines Importer' IMPORT_MANAGER)
emil=$(sign_in emil 'Emil Manager' ENROLLMENT_MANAGER)
unit=$(change "$ada" '
  mutation ($input: CreateBusinessUnitInput!) {
    createBusinessUnit(input: $input) { businessUnit { id } userErrors { code message field } }
  }' "$(jq -n --arg run "$run" '{input: {key: "certificates-\($run)", name: "Certificates \($run)"}}')" | jq -er .businessUnit.id)
say "Signed in as Ada (ADMIN), Ines (IMPORT_MANAGER) and Emil (ENROLLMENT_MANAGER); Ada made a business unit, with no licence."

# openssl_does ARGUMENT… runs openssl, and shows what it said only when it failed.
openssl_does() { openssl "$@" >"$work/openssl.log" 2>&1 || stop "openssl $1 failed: $(cat "$work/openssl.log")"; }

# sign NAME DAYS SAN makes NAME.pem for a new key, signed by the small authority.
sign() {
  openssl_does req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" -subj "/O=Example/CN=$3"
  printf 'subjectAltName=DNS:%s\nauthorityKeyIdentifier=keyid\n' "$3" >"$work/$1.ext"
  openssl_does x509 -req -in "$work/$1.csr" -CA "$work/small.pem" -CAkey "$work/small.key" -days "$2" \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$work/$1.ext" -out "$work/$1.pem"
}
shop=shop-$run.example.com mail=mail-$run.example.com
openssl_does req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/small.key" -out "$work/small.pem" -days 3650 \
  -subj "/O=Example/CN=Small CA $run" -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
sign ends-soon 20 "$shop"
sign successor 380 "$shop"
sign mail 380 "$mail"

import='
  mutation ($input: ImportCertificatesInput!) {
    importCertificates(input: $input) {
      results { file position outcome certificate { id seat { seatId } } userErrors { code message field } } userErrors { code message field }
    }
  }'
files=$(jq -n --arg unit "$unit" --rawfile ca "$work/small.pem" --rawfile one "$work/ends-soon.pem" --rawfile two "$work/successor.pem" --rawfile three "$work/mail.pem" \
  '{input: {businessUnitId: $unit, files: [{name: "bundle.pem", content: ($ca + $one + $two)}, {name: "mail.pem", content: $three}]}}')
brought=$(change "$ines" "$import" "$files")
expect "what became of them" 'CREATED CREATED CREATED CREATED' "$(jq -r '[.results[].outcome] | join(" ")' <<<"$brought")"
expect "the seats" "Small CA $run,$shop,$shop,$mail" "$(jq -r '[.results[].certificate.seat.seatId] | join(",")' <<<"$brought")"
say "Ines imported a small authority and three of its certificates: three seats, since one of $shop ends soon and the other is its successor."
expect "what a second import changes" 'UNCHANGED UNCHANGED UNCHANGED UNCHANGED' \
  "$(change "$ines" "$import" "$files" | jq -r '[.results[].outcome] | join(" ")')"

why=$(send "$ines" "$import" "$(jq -n --arg unit "$unit" --rawfile key "$work/mail.key" '{input: {businessUnitId: $unit, files: [{content: $key}]}}')" |
  jq -er '.importCertificates.results | select(length == 1 and .[0].outcome == "REFUSED") | .[0].userErrors[0].message') || stop "a private key was not refused"
say "A second time, nothing changed. A private key is refused: \"$why\""

figures=$(send "$ada" 'query ($unit: ID!) { seatUsage(businessUnitId: $unit, seatType: IMPORTED) { allocated created consumed } }' \
  "$(jq -n --arg unit "$unit" '{$unit}')" | jq -c .seatUsage)
expect "the licences" '{"allocated":3,"created":3,"consumed":3}' "$figures"
say "Nobody allocated a licence; the allocation has grown by itself: $figures."

# found FILTER VIEW prints the subjects that a list shows.
found() {
  send "$ines" 'query ($view: CertificateView, $filter: CertificateFilter) { certificates(view: $view, filter: $filter) { nodes { subject } } }' \
    "$(jq -n --arg unit "$unit" --arg view "$2" --argjson filter "$1" '{$view, filter: ($filter + {businessUnitIds: [$unit]})}')" |
    jq -r '[.certificates.nodes[].subject] | join("; ")'
}
expect "what ends within 30 days" "CN=$shop,O=Example" "$(found '{}' EXPIRING_30_DAYS)"
expect "what is for $mail" "CN=$mail,O=Example" "$(found "$(jq -n --arg name "${mail^^}" '{names: [$name]}')" ALL)"
say "The view EXPIRING_30_DAYS shows the one that ends soon, and the filter by name the one for $mail, also in capitals."

# One of our own: as in redeem.sh, in short.
buy_seats "$ada" USER 1 >/dev/null
change "$ada" 'mutation ($input: AllocateSeatsInput!) { allocateSeats(input: $input) { userErrors { code message field } } }' \
  "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, seatType: "USER", allocated: 1}}')" >/dev/null
profile=$(change "$ada" '
  mutation ($input: CreateCertificateProfileInput!) {
    createCertificateProfile(input: $input) { certificateProfile { id } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, name: "Staff", seatType: "USER", caType: "PRIVATE",
    authenticationMethod: "ENROLLMENT_CODE", enrollmentMethod: "CSR", subjectTemplate: "CN={seat.name}, O=Example", validity: "P90D"}}')" | jq -er .certificateProfile.id)
seat=$(change "$emil" '
  mutation ($input: CreateSeatInput!) { createSeat(input: $input) { seat { id } userErrors { code message field } } }' \
  "$(jq -n --arg unit "$unit" --arg run "$run" '{input: {businessUnitId: $unit, seatType: "USER", seatId: "kim-\($run)", name: "Kim Novak"}}')" | jq -er .seat.id)
invited=$(change "$emil" '
  mutation ($input: EnrollSeatInput!) { enrollSeat(input: $input) { code enrollmentUrl userErrors { code message field } } }' \
  "$(jq -n --arg profile "$profile" --arg seat "$seat" '{input: {id: $seat, profileId: $profile}}')")
# What must not be told is handed to jq by the environment.
link=$(jq -er .enrollmentUrl <<<"$invited") code=$(jq -er .code <<<"$invited")
export token=${link#*#} code
openssl_does req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/kim.key" -out "$work/kim.csr" -subj /
got=$(change '' '
  mutation ($input: RedeemEnrollmentInput!) {
    redeemEnrollment(input: $input) { invitation { certificate { serialNumber pem chainPem } } userErrors { code message field } }
  }' "$(jq -n --rawfile csr "$work/kim.csr" '{input: {token: env.token, code: env.code, csr: $csr}}')" | jq .invitation)
for _ in $(seq 100); do # an authority that takes longer than 10 s is waited for like this
  [ "$(jq '.certificate == null' <<<"$got")" = true ] || break
  sleep 0.5
  got=$(send '' 'query ($token: String!) { enrollmentInvitation(token: $token) { certificate { serialNumber pem chainPem } } }' \
    "$(jq -n '{token: env.token}')" | jq .enrollmentInvitation)
done
serial=$(jq -er .certificate.serialNumber <<<"$got")
jq -r .certificate.pem      <<<"$got" >"$work/kim.pem"
jq -r .certificate.chainPem <<<"$got" >"$work/chain.pem"
awk '/BEGIN CERTIFICATE/ {n++} {print > (folder "/above-" n ".pem")}' folder="$work" "$work/chain.pem"
root=$(ls "$work"/above-*.pem | tail -n 1)
kim=$(send "$emil" 'query ($serials: [String!]) { certificates(filter: {serialNumbers: $serials}) { nodes { id } } }' \
  "$(jq -n --arg serial "$serial" '{serials: [$serial]}')" | jq -er '.certificates.nodes | select(length == 1) | .[0].id')
ocsp=$(openssl x509 -in "$work/kim.pem" -noout -ocsp_uri)
list=$(openssl x509 -in "$work/kim.pem" -noout -ext crlDistributionPoints | sed -n 's/.*URI://p')
say "Kim has a certificate, serial number $serial. It says who tells of it: $ocsp and $list"

# standing prints what OCSP says of it: good, or revoked and why.
standing() {
  openssl ocsp -issuer "$work/above-1.pem" -cert "$work/kim.pem" -url "$ocsp" -CAfile "$root" >"$work/standing" 2>"$work/openssl.log" ||
    stop "openssl ocsp failed: $(cat "$work/openssl.log")"
  grep -q 'Response verify OK' "$work/openssl.log" || stop "openssl does not trust the answer: $(cat "$work/openssl.log")"
  sed -n -e "s|^$work/kim.pem: ||p" -e 's/.*Reason: //p' "$work/standing" | paste -sd ' '
}
# listed prints why the list names it, once that is the reason that is wanted; else what
# it says after a minute.
listed() {
  local says=
  for _ in $(seq 60); do
    curl -sSf --max-time 10 "$list" -o "$work/list.crl" || stop "there is no list at $list"
    openssl_does crl -in "$work/list.crl" -inform DER -CAfile "$work/above-1.pem" -verify -out "$work/list.pem"
    says=$(openssl crl -in "$work/list.pem" -noout -text | awk -v serial="$serial" '
      /Serial Number:/         { sub(/^0+/, "", $NF); its = tolower($NF) == serial }
      its && reason            { sub(/^ +/, ""); print; exit }
                               { reason = /CRL Reason Code/ }')
    [ "$says" != "$1" ] || break
    sleep 1
  done
  echo "${says:-nothing}"
}
# act MUTATION FIELDS does something to it.
act() {
  change "$emil" "mutation (\$input: ${1^}Input!) { $1(input: \$input) { certificate { status revocation { reportedAt lastError } } userErrors { code message field } } }" \
    "$(jq -n --arg id "$kim" --argjson fields "$2" '{input: ({id: $id} + $fields)}')" | jq .certificate
}
expect "what OCSP says" good "$(standing)"

act suspendCertificate '{"comment": "The laptop is not to be found."}' >/dev/null
expect "what OCSP says" 'revoked certificateHold' "$(standing)"
expect "what the list says" 'Certificate Hold' "$(listed 'Certificate Hold')"
say "Emil put it on hold: OCSP says so at once, and the list names it."

act resumeCertificate '{"comment": "It was in the car."}' >/dev/null
expect "what OCSP says" good "$(standing)"
say "He took it off hold: OCSP says good again."

gone=$(act revokeCertificate '{"reason": "KEY_COMPROMISE", "comment": "It was not the only thing in the car."}')
expect "the status" 'REVOKED true' "$(jq -r '"\(.status) \(.revocation.reportedAt != null)"' <<<"$gone")"
expect "what OCSP says" 'revoked keyCompromise' "$(standing)"
expect "what the list says" 'Key Compromise' "$(listed 'Key Compromise')"
if openssl verify -crl_check -CAfile "$root" -untrusted "$work/above-1.pem" -CRLfile "$work/list.pem" "$work/kim.pem" >"$work/openssl.log" 2>&1; then
  stop "openssl verify accepts a revoked certificate"
fi
grep -q 'certificate revoked' "$work/openssl.log" || stop "openssl verify refuses it for another reason: $(cat "$work/openssl.log")"
expect "the usage" '{"allocated":1,"created":1,"consumed":0}' \
  "$(send "$ada" 'query ($unit: ID!) { seatUsage(businessUnitId: $unit, seatType: USER) { allocated created consumed } }' "$(jq -n --arg unit "$unit" '{$unit}')" | jq -c .seatUsage)"
say "He revoked it, and the seat is no longer consumed. openssl verify refuses the certificate from now on."
say "Done."

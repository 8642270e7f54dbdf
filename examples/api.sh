# What the examples have in common: signing in, calling the API, and stopping at the
# first surprise. It is sourced, after `me` was set to the example's name.
#
# Every answer is checked: at the first surprise the example prints the answer and
# exits 1.
set -euo pipefail
shopt -s inherit_errexit # a failure inside $(…) is one too

url=${GATEHOUSE_URL:-http://127.0.0.1:8080}
run=$(date -u +%Y%m%d-%H%M%S)-$$
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say()  { printf '%s\n' "- $*"; }
stop() { printf '%s: %s\n' "$me" "$*" >&2; exit 1; }

# sign_in SUBJECT NAME ROLE prints a token of that person, for all business units.
# Only a development server hands these out; elsewhere they come from the identity
# provider.
sign_in() {
  local answer
  answer=$(jq -n --arg subject "$1" --arg name "$2" --arg role "$3" \
      '{subject: $subject, name: $name, email: ($subject + "@example.com"), roles: [$role], businessUnits: ["*"]}' |
    curl -sS --max-time 30 -H 'Content-Type: application/json' --data-binary @- "$url/dev/token") ||
    stop "no token from $url/dev/token"
  jq -er .token <<<"$answer" || stop "no token for $2 from $url/dev/token; is that a development server? It answered: $answer"
}

# send TOKEN DOCUMENT VARIABLES prints the data of the answer. A fault, such as a
# bad document or a missing permission on a read, is a surprise. Without a login the
# token is "".
send() {
  local answer
  # Token and variables go in by file handles: arguments are seen by everyone on this machine.
  answer=$(jq -n --arg query "$2" --slurpfile variables <(printf '%s' "$3") '{$query, variables: $variables[0]}' |
    curl -sS --max-time 60 -H @<([ -z "$1" ] || printf 'Authorization: Bearer %s' "$1") -H 'Content-Type: application/json' \
      --data-binary @- "$url/graphql") || stop "no answer from $url/graphql"
  jq -e 'has("data") and (has("errors") | not)' <<<"$answer" >/dev/null ||
    stop "the server answered with an error: $answer"
  jq .data <<<"$answer"
}

# change TOKEN DOCUMENT VARIABLES runs one mutation and prints its payload. A
# refusal is a surprise.
change() {
  local payload
  payload=$(send "$@" | jq 'to_entries[0].value')
  jq -e '.userErrors == []' <<<"$payload" >/dev/null || stop "the server refused: $payload"
  printf '%s\n' "$payload"
}

# refused CODE TOKEN DOCUMENT VARIABLES runs one mutation that must be refused with
# that code, and prints the server's sentence.
refused() {
  local payload
  payload=$(send "${@:2}" | jq 'to_entries[0].value')
  jq -er --arg code "$1" '.userErrors | select(length == 1 and .[0].code == $code) | .[0].message' <<<"$payload" ||
    stop "expected the refusal $1, but the server answered: $payload"
}

# buy_seats TOKEN TYPE COUNT raises what the account has bought of a seat type, if
# that is bounded, and prints it. The pool may be used by others: it is raised by what
# is needed, and only if nobody changed it since it was read (expectedVersion).
buy_seats() {
  local pool
  pool=$(send "$1" '{ seatLicenses { seatType purchased version } }' '{}' |
    jq -e --arg type "$2" '.seatLicenses[] | select(.seatType == $type)') || stop "the account has no pool of $2 licences"
  if jq -e '.purchased == null' <<<"$pool" >/dev/null; then
    echo "any number"
    return
  fi
  change "$1" '
    mutation ($input: SetPurchasedSeatsInput!) {
      setPurchasedSeats(input: $input) { seatLicense { purchased } userErrors { code message field } }
    }' "$(jq --argjson more "$3" '{input: {seatType, purchased: (.purchased + $more), expectedVersion: .version}}' <<<"$pool")" | jq -er .seatLicense.purchased
}

# expect WHAT WANTED GOT compares.
expect() { [ "$2" = "$3" ] || stop "expected $1 to be $2, but it is $3"; }

for tool in curl jq openssl; do
  command -v "$tool" >/dev/null || stop "$tool is not installed"
done
curl -sSf --max-time 10 "$url/readyz" >/dev/null || stop "no server is ready at $url; start one with make run"

// Package trino is a client of Starburst, or Trino, as far as the control plane needs
// one: whether it takes queries ([Client.Ready], [Client.Prove]), and what can be
// queried ([Client.Catalogs], [Client.Entries]). The health probe and the schema cache
// share it, so that both say the same of the same answer.
//
// What Trino 476 does, and what follows:
//   - GET /v1/info asks for no password: that it answers proves neither user nor password.
//   - While it starts, a statement is answered with 200, and with the error
//     SERVER_STARTING_UP a page later; with a password, with 500. See [ErrStarting].
//   - The addresses of an answer's pages leave out the port that the scheme implies.
//   - Two names of a schema that differ by case alone fail information_schema.columns
//     and .tables of the whole catalog, and .columns of that schema.
//   - Tables without columns are in information_schema.tables alone.
package trino

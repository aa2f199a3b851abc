#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# jackson-core 2.20.1 (Maven): the column of a token depends on what the document was read from.
#
# JsonLocation.getColumnNr() counts characters where the parser was given a string or a Reader, and bytes of UTF-8 where it
# was given bytes or an InputStream. On a line with any letter that is not ASCII, the same token is in two places,
# and a column from bytes points to the right of what an editor shows. Javadoc says just "Column number".
#
# Seen, for the 1 of {"é€😀": 1}, the tenth char of the line for Java:
#   from a string: 10
#   from bytes:    15
set -euo pipefail
# shellcheck source=common.bash
source "$(dirname "$(readlink -f "$0")")/common.bash"

mvn -q -B dependency:copy -Dartifact=com.fasterxml.jackson.core:jackson-core:2.20.1 -DoutputDirectory="$work"
cat >Columns.java <<'JAVA'
import com.fasterxml.jackson.core.*;
import java.nio.charset.StandardCharsets;
class Columns {
  public static void main(String[] args) throws Exception {
    String text = "{\"\u00e9\u20ac\ud83d\ude00\": 1}";
    JsonFactory factory = new JsonFactory();
    System.out.println(column(factory.createParser(text)) + " "
        + column(factory.createParser(text.getBytes(StandardCharsets.UTF_8))));
  }
  static int column(JsonParser parser) throws Exception {
    while (parser.nextToken() != JsonToken.VALUE_NUMBER_INT);
    return parser.currentTokenLocation().getColumnNr();
  }
}
JAVA
expect "columns of one token, from a string and from bytes" "10 15" "$(java -XX:TieredStopAtLevel=1 -cp "$work/jackson-core-2.20.1.jar" Columns.java)"

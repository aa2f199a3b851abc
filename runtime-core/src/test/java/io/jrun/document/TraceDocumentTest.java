// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jrun.wire.Trace.Call;
import io.jrun.wire.Trace.Span;
import io.jrun.wire.Trace.Track;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A trace as a table and as Trace Event Format. */
class TraceDocumentTest {
  private static final List<Span> SPANS =
      List.of(
          new Span(Track.CORE, "read", "", 1_000_000, 1_500_000, false),
          new Span(Track.FRONT, "clone init", "", 1_500_000, 3_000_400, false),
          new Span(Track.INIT, "mount \"proc\"", "/mounts/0", 2_000_000, 2_020_000, false),
          new Span(Track.FRONT, "wait until init is ready", "", 3_000_400, 9_000_400, true));

  private static final List<Call> CALLS =
      List.of(
          new Call(
              Track.INIT, "/mounts/0", 7, "fsopen", "fsopen(\"p\n\")", 2_000_000, 2_004_000, 0),
          new Call(Track.INIT, "", 8, "mount", "mount(1) [EBUSY: go on]", 2_005_000, 2_015_000, 16),
          new Call(Track.FRONT, "", 9, "await", "await(init1)", 3_000_500, 3_000_600, 0x10001));

  @Test
  void theSlowestStepComesFirstAndWaitsComeApart() {
    assertEquals(
        """
        trace of create: 8.000 ms since the core began, in 4 steps
                ms  who    step
             1.500  front  clone init
             0.500  core   read
             0.020  init   mount "proc"  /mounts/0
                ms  who    waits for others
             6.000  front  wait until init is ready
        """,
        TraceDocument.text("create", SPANS, List.of()));
  }

  @Test
  void eventsCountFromTheFirstInMicroseconds() {
    String json = TraceDocument.json("create", SPANS, List.of());
    assertEquals(
        """
        {"displayTimeUnit":"ms","traceEvents":[\
        {"name":"process_name","ph":"M","pid":1,"tid":1,"args":{"name":"jrun create"}},\
        {"name":"thread_name","ph":"M","pid":1,"tid":1,"args":{"name":"core"}},\
        {"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"front"}},\
        {"name":"thread_name","ph":"M","pid":1,"tid":3,"args":{"name":"init"}},\
        {"name":"read","cat":"work","ph":"X","pid":1,"tid":1,"ts":0.000,"dur":500.000},\
        {"name":"clone init","cat":"work","ph":"X","pid":1,"tid":2,"ts":500.000,"dur":1500.400},\
        {"name":"mount \\"proc\\"","cat":"work","ph":"X","pid":1,"tid":3,"ts":1000.000,"dur":20.000,\
        "args":{"field":"/mounts/0"}},\
        {"name":"wait until init is ready","cat":"wait","ph":"X","pid":1,"tid":2,"ts":2000.400,\
        "dur":6000.000}]}
        """,
        json);
  }

  @Test
  void callsFollowWithTheirNumbersAndErrorsTheSlowestFirst() {
    String text = TraceDocument.text("create", SPANS, CALLS);
    assertEquals(
        """
                ms  who    call
             0.010  init   8: mount(1) [EBUSY: go on]  EBUSY
             0.004  init   7: fsopen("p\\x0a")
             0.000  front  9: await(init1)  stopped
        """,
        text.substring(text.indexOf("        ms  who    call\n")));
  }

  @Test
  void callsAreEventsWithinTheirSteps() {
    String json = TraceDocument.json("create", SPANS, CALLS);
    assertEquals(
        """
        {"name":"fsopen","cat":"call","ph":"X","pid":1,"tid":3,"ts":1000.000,"dur":4.000,\
        "args":{"instruction":7,"call":"fsopen(\\"p\\n\\")","field":"/mounts/0"}},\
        {"name":"mount","cat":"call","ph":"X","pid":1,"tid":3,"ts":1005.000,"dur":10.000,\
        "args":{"instruction":8,"call":"mount(1) [EBUSY: go on]","errno":"EBUSY"}},\
        {"name":"await","cat":"call","ph":"X","pid":1,"tid":2,"ts":2000.500,"dur":0.100,\
        "args":{"instruction":9,"call":"await(init1)","errno":"stopped"}}]}
        """,
        json.substring(json.indexOf("{\"name\":\"fsopen\"")));
  }

  @Test
  void nothingIsNothing() {
    assertEquals(
        "trace of start: 0.000 ms since the core began, in 0 steps\n"
            + "        ms  who    step\n        ms  who    waits for others\n",
        TraceDocument.text("start", List.of(), List.of()));
  }
}

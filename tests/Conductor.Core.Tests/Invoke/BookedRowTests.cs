using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Core.Tests.Telemetry;
using Conductor.Costing;
using Conductor.Invoke;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Core.Tests.Invoke;

public sealed class BookedRowTests
{
    [Fact]
    public void Of_Attempt_TakesEverythingThatIsBooked()
    {
        var call = TestCalls.Chat(context: new CallContext { RequestId = "req_9", TenantId = "acme", KeyId = "web" });
        call.Catalog = new CatalogSnapshot { Prices = new PriceCatalog("v7", new Dictionary<string, ModelPrice>()) };
        TestCalls.Attempt(call, AttemptStatus.Failed);
        var usage = new TokenUsage { InputTokens = 5, OutputTokens = 2, IsEstimated = true };
        var attempt = TestCalls.Attempt(call, AttemptStatus.Cancelled, "client_closed", usage, 77, CostStatus.Estimated, 250, TestCalls.Hop("p", "m", ModelPrice.Free));
        attempt.UpstreamRequestId = "up_1";
        attempt.Reservation = new Reservation(20, 30, new NanoUsd(99));

        var row = LedgerRows.Of(call, attempt);

        Assert.Equal(
            new LedgerRow
            {
                RequestId = "req_9", CallId = call.Context.CallId, Attempt = 2, TenantId = "acme", KeyId = "web", Operation = "chat", Provider = "p", Model = "m", UpstreamRequestId = "up_1",
                StartedAt = TestCalls.Start, Duration = TimeSpan.FromMilliseconds(250), Status = AttemptStatus.Cancelled, ErrorCode = "client_closed",
                Usage = usage, Cost = new NanoUsd(77), CostStatus = CostStatus.Estimated, Reserved = new NanoUsd(99), PriceVersion = "v7",
            },
            row);
    }

    [Fact]
    public void Of_UnknownPrice_NamesNoPriceVersion()
    {
        var call = TestCalls.Chat();
        call.Catalog = CatalogSnapshot.Empty;

        Assert.Null(LedgerRows.Of(call, TestCalls.Attempt(call, nanoUsd: null, costStatus: CostStatus.Unknown)).PriceVersion);
    }
}

using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Telemetry;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Hooks;

/// <summary>The caller's tags go into logs and traces: without personal data, whatever is configured.</summary>
public sealed class LoggedTagsTests
{
    [Fact]
    public async Task Tags_WithPersonalData_AreMaskedInTheRecord()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("p"));
        var call = machine.Track(new ChatCall
        {
            Context = CallContext.New() with { Metadata = new Dictionary<string, string> { ["user"] = "joe@example.com", ["joe@example.com"] = "x", ["team"] = new string('a', 250) + " joe@example.com" } },
            Model = "fast",
            IsStreaming = false,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "hi")], new ChatOptions()),
        });
        var outcome = await machine.SendAsync(call);

        var record = CallRecord.From(call, outcome, null, DateTimeOffset.UnixEpoch, TimeSpan.Zero);

        Assert.Equal("[EMAIL]", record.Metadata["user"]);
        Assert.Equal("x", record.Metadata["[EMAIL]"]);
        Assert.DoesNotContain("joe", record.Metadata["team"], StringComparison.Ordinal); // cut after it is masked
    }
}

using System.Diagnostics;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Telemetry;
using static Conductor.Core.Tests.Telemetry.TestCalls;

namespace Conductor.Core.Tests.Telemetry;

public sealed class ConductorActivityTests : IDisposable
{
    private readonly ConductorActivity _activities = new();
    private readonly List<Activity> _ended = [];
    private ActivityListener? _listener;

    public void Dispose()
    {
        _listener?.Dispose();
        _activities.Dispose();
    }

    [Fact]
    public void End_NoSpan_DoesNothing()
    {
        var call = Chat();

        ConductorActivity.EndAttempt(null, Attempt(call));
        ConductorActivity.EndCall(null, CallRecord.From(call, null, null, Start, TimeSpan.Zero));

        Assert.Empty(_ended);
    }

    [Fact]
    public void CallAndAttempt_UnderAParent_ContinueItsTraceWithTheConventionsAttributes()
    {
        Listen();
        using var parent = new Activity("server").SetIdFormat(ActivityIdFormat.W3C).SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Start();
        var call = Chat();

        var span = _activities.StartCall(call);
        var attempt = Attempt(call, usage: new TokenUsage { InputTokens = 9, OutputTokens = 4 }, nanoUsd: 1_500);
        var child = _activities.StartAttempt(call, attempt);
        ConductorActivity.EndAttempt(child, attempt);
        ConductorActivity.EndCall(span, CallRecord.From(call, Outcome(attempt), null, Start, TimeSpan.FromSeconds(1)));

        var mine = _ended.Where(activity => activity.TraceId == parent.TraceId).ToList();
        Assert.Equal(["chat gpt-4o-mini", "chat fast"], mine.Select(activity => activity.DisplayName));
        Assert.Equal(parent.SpanId, mine[1].ParentSpanId);
        Assert.Equal(mine[1].SpanId, mine[0].ParentSpanId);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", mine[0].TraceId.ToHexString());
        Assert.Equal(ActivityKind.Client, mine[0].Kind);
        Assert.Equal("fast", mine[1].GetTagItem("gen_ai.request.model"));
        Assert.Equal("gpt-4o-mini", mine[1].GetTagItem("gen_ai.response.model"));
        Assert.Equal("openai", mine[1].GetTagItem("gen_ai.provider.name"));
        Assert.Equal(9L, mine[1].GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(4L, mine[0].GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal("0.000001500", mine[1].GetTagItem("conductor.cost.usd"));
        Assert.All(mine, activity => Assert.Equal(ActivityStatusCode.Unset, activity.Status));
    }

    [Fact]
    public void Call_Failed_HasTheErrorAndItsType()
    {
        Listen();
        var call = Chat("nope");
        var span = _activities.StartCall(call)!;

        ConductorActivity.EndCall(span, CallRecord.From(call, null, ConductorErrors.ModelNotFound("nope", null), Start, TimeSpan.Zero));

        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("model_not_found", span.GetTagItem("error.type"));
    }

    [Fact]
    public void Call_CallerLeft_IsNoError()
    {
        Listen();
        var call = Chat();
        var span = _activities.StartCall(call)!;

        ConductorActivity.EndCall(span, CallRecord.From(call, null, null, Start, TimeSpan.Zero));

        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal("cancelled", span.GetTagItem("error.type"));
    }

    private void Listen()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ConductorActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (_ended)
                {
                    _ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }
}

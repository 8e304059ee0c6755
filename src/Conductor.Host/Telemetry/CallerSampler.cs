using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Conductor.Host.Telemetry;

/// <summary>
/// Every call has its span, unless the caller's `traceparent` says that its trace is not recorded. The usual sampler goes by the parent alone, and that is the
/// server's own activity of the request, which nobody records: no call would ever have a span.
/// </summary>
internal sealed class CallerSampler : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isRecorded = parent.TraceId == default || parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        return new SamplingResult(isRecorded || Activity.Current is { ParentId: null } ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}

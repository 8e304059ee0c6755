using System.Text.Json;
using Conductor.Host.Tests.Real;

namespace Conductor.Host.Tests.Sdks;

/// <summary>An SDK from npm, as a script in `clients/sdks`: one process for all upstreams and features.</summary>
internal sealed class NodeSdk(string name, string script) : ISdk
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public string Name => name;

    public async IAsyncEnumerable<SdkCell> RunAsync(SdkPlan plan)
    {
        using var client = NodeClient.Start("sdks/" + script, JsonSerializer.Serialize(plan, Names));
        while (await client.ReadAsync() is var line && !line.TryGetProperty("done", out _))
        {
            yield return new SdkCell(
                name,
                line.GetProperty("upstream").GetString()!,
                line.GetProperty("feature").GetString()!,
                Enum.Parse<SdkOutcome>(line.GetProperty("outcome").GetString()!, ignoreCase: true),
                line.TryGetProperty("losses", out var losses) ? [.. losses.EnumerateArray().Select(loss => loss.GetString()!)] : [],
                line.TryGetProperty("note", out var note) ? note.GetString() : null,
                line.TryGetProperty("leftAt", out var leftAt) ? leftAt.GetDouble() : null);
        }
    }
}

using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <summary>What a reply's script needs to know of the request it answers.</summary>
internal sealed class FakeExchange
{
    public FakeExchange(RecordedRequest request)
    {
        Request = request;
        try
        {
            using var body = JsonDocument.Parse(request.Body);
            var root = body.RootElement;
            Model = root.TryGetProperty("model", out var model) ? model.GetString() ?? Model : Model;
            IsStreaming = root.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
            WantsUsage = root.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object
                && options.TryGetProperty("include_usage", out var usage) && usage.ValueKind == JsonValueKind.True;
            InputCount = root.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Array ? input.GetArrayLength() : 1;
            WantsBase64 = root.TryGetProperty("encoding_format", out var format) && format.ValueEquals("base64");
        }
        catch (Exception notAnObject) when (notAnObject is JsonException or InvalidOperationException)
        {
            // A scripted reply may answer a body that is not JSON; the defaults above stand.
        }
    }

    public RecordedRequest Request { get; }

    public string Model { get; } = "fake-model";

    public bool IsStreaming { get; }

    public bool WantsUsage { get; }

    public bool WantsBase64 { get; }

    public int InputCount { get; } = 1;

    public bool IsResetByScript { get; private set; }

    /// <summary>Closes the connection with RST, not FIN: a linger of zero seconds throws away what is unsent.</summary>
    public void Reset(HttpContext context)
    {
        IsResetByScript = true;
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        context.Abort();
    }
}

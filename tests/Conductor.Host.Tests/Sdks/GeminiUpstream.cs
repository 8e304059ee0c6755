using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Sdks;

/// <summary>Google's Gemini API, by a model that signs its calls and refuses them unsigned.</summary>
internal sealed class GeminiUpstream : SdkUpstream
{
    private readonly FakeGemini _server;

    private GeminiUpstream(FakeGemini server)
    {
        _server = server;
        _server.Key = "google-key";
        _server.Otherwise(request => Render(Think(request, Read(request.Json))));
    }

    public override string Name => "gemini";

    public override string Settings => $"plugin: google, base_url: \"{_server.BaseUrl}\", keys: [ google-key ]";

    public override string ChatModel => "gemini-3-pro";

    public override string EmbeddingModel => "gemini-embedding-001";

    public static async Task<SdkUpstream> StartAsync() => new GeminiUpstream(await FakeGemini.StartAsync());

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    private static FakeGeminiReply Render(Answered answer) => answer switch
    {
        Answered.Text text => IsAscii(text.Pieces) ? FakeGeminiReply.Text(text.Pieces) : FakeGeminiReply.Text(text.Pieces).ByteByByte(),
        Answered.Calls calls => calls.Cities.Aggregate(new FakeGeminiReply(), (reply, city) => reply.Call("get_weather", Answered.Calls.Arguments(city))),
        Answered.Failure failure => FakeGeminiReply.Error(failure.Status, failure.Status switch { 400 => "INVALID_ARGUMENT", 429 => "RESOURCE_EXHAUSTED", _ => "INTERNAL" }, "upstream says no"),
        Answered.Stall stall => FakeGeminiReply.Text(stall.Pieces).ThenStall(),
        _ => throw new InvalidOperationException("There is no such answer."),
    };

    private static Asked Read(JsonElement body)
    {
        // Neighbours of one role are one turn: clients keep every piece of a stream as one.
        var turns = new List<(string Role, List<JsonElement> Parts)>();
        foreach (var content in body.GetProperty("contents").EnumerateArray())
        {
            var role = content.TryGetProperty("role", out var given) ? given.GetString()! : "user";
            if (turns is [.., var before] && before.Role == role)
            {
                before.Parts.AddRange(content.GetProperty("parts").EnumerateArray());
            }
            else
            {
                turns.Add((role, [.. content.GetProperty("parts").EnumerateArray()]));
            }
        }

        var last = turns[^1].Parts;
        var results = Of(last, "functionResponse").Select(result => result.GetProperty("response")).Select(said => said.TryGetProperty("output", out var output) ? output.ToString() : said.ToString()).ToList();
        var calls = results.Count == 0 ? [] : Of(turns[^2].Parts, "functionCall").Select(call => call.GetProperty("args").GetProperty("city").GetString()!);
        var config = body.TryGetProperty("generationConfig", out var settings) ? settings : default;
        return new Asked(
            Text(last),
            body.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0,
            body.TryGetProperty("toolConfig", out var toolConfig) && toolConfig.GetProperty("functionCallingConfig").GetProperty("mode").ValueEquals("ANY"),
            [.. calls.Zip(results)],
            Of(last, "inlineData").Select(image => Convert.FromBase64String(image.GetProperty("data").GetString()!)).FirstOrDefault(),
            config.ValueKind == JsonValueKind.Object && (config.TryGetProperty("responseJsonSchema", out _) || config.TryGetProperty("responseSchema", out _)),
            body.TryGetProperty("systemInstruction", out var system) ? Text(system.GetProperty("parts").EnumerateArray()) : "");
    }

    private static IEnumerable<JsonElement> Of(IEnumerable<JsonElement> parts, string member) => parts.Where(part => part.TryGetProperty(member, out _)).Select(part => part.GetProperty(member));

    private static string Text(IEnumerable<JsonElement> parts) => string.Concat(Of(parts, "text").Select(text => text.GetString()));
}

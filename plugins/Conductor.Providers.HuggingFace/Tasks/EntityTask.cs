using System.Buffers;
using System.Text.Json;
using Conductor.Operations;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>`entity_extraction` by a model for token classification.</summary>
internal sealed class EntityTask(HuggingFaceService service, string modelId) : TaskEngine(service, "entity_extraction", modelId)
{
    public override async Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var request = Read(payload, OperationsJsonContext.Default.EntityExtractionRequest);
        var places = new TextPlaces(request.Text);
        var (found, lost) = await AskAsync(
            request.Text, writer => writer.WriteString("aggregation_strategy"u8, "simple"u8), root => Find(root, places), cancellationToken).ConfigureAwait(false);
        var wanted = request.Parameters?.EntityTypes is { Count: > 0 } types ? types.Select(Key).ToHashSet(StringComparer.Ordinal) : null;
        var entities = found.Where(entity => wanted?.Contains(Key(entity.Type)) != false).OrderBy(entity => entity.StartIndex).ThenByDescending(entity => entity.EndIndex).ToList();
        var result = new EntityExtractionResult { Entities = entities, Text = request.Text };
        return Done(
            result, OperationsJsonContext.Default.EntityExtractionResult, request.Text, string.Join(' ', entities.Select(entity => entity.Text)),
            lost == 0 ? null : [$"The model named {lost} words that do not stand in the text; they were left out."]);
    }

    private static (List<ExtractedEntity> Found, int Lost) Find(JsonElement root, TextPlaces places)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 && root[0].ValueKind == JsonValueKind.Array)
        {
            root = root[0];
        }

        List<ExtractedEntity> found = [];
        var lost = 0;
        foreach (var row in root.EnumerateArray())
        {
            var label = row.TryGetProperty("entity_group"u8, out var group) ? group.GetString() : row.GetProperty("entity"u8).GetString();
            var type = TypeOf(label ?? "");
            if (type is "o" or "")
            {
                continue;
            }

            if (places.Find(Integer(row, "start"u8), Integer(row, "end"u8), row.TryGetProperty("word"u8, out var word) ? word.GetString() : null) is not { } place)
            {
                lost++;
                continue;
            }

            var text = places.Text[place.Start..place.End];
            found.Add(new ExtractedEntity
            {
                Text = text,
                Type = type,
                Value = ToJson(text),
                StartIndex = place.Start,
                EndIndex = place.End,
                Confidence = Math.Round(Score(row.GetProperty("score"u8)), 4),
            });
        }

        return (found, lost);
    }

    private static int? Integer(JsonElement row, ReadOnlySpan<byte> name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    // `B-` and `I-` mark a word's place in its entity, where nothing has put them together.
    private static string TypeOf(string label) => (label.StartsWith("B-", StringComparison.Ordinal) || label.StartsWith("I-", StringComparison.Ordinal) ? label[2..] : label).ToLowerInvariant() switch
    {
        "per" or "person" => "person",
        "loc" or "location" or "gpe" => "location",
        "org" or "organization" or "organisation" => "organization",
        var other => other,
    };

    private static string Key(string type) => new([.. TypeOf(type).Where(char.IsLetterOrDigit)]);

    private static JsonElement ToJson(string text)
    {
        var output = new ArrayBufferWriter<byte>(64);
        WireJson.Write(output, writer => writer.WriteStringValue(text));
        return JsonElement.Parse(output.WrittenSpan);
    }
}

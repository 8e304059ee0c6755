using Conductor.Operations;
using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Entities;

/// <summary>`entity_extraction` by patterns and gazetteers, for English. In other languages only what looks the same everywhere is likely to be found, and no names.</summary>
internal sealed class EntityEngine(TimeProvider time) : IOperationEngine
{
    private static readonly HashSet<string> AllTypes = [.. EntityTypes.All];
    private readonly Lazy<NameRecognizer> _names = new(() => new NameRecognizer(Gazetteer.Load(), NameModel.Load()));

    public string Operation => "entity_extraction";

    public string ModelId => "entities-patterns";

    public Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = EnginePayload.Read(payload, OperationsJsonContext.Default.EntityExtractionRequest);
        var notices = new List<string>();
        var result = Extract(request, notices, cancellationToken);
        var json = OperationJson.Write(result, OperationsJsonContext.Default.EntityExtractionResult);
        var found = string.Join(' ', result.Entities.Select(entity => entity.Text));
        return Task.FromResult(new OperationEngineResult(json, WordCounter.Usage(request.Text, found)) { Notices = notices });
    }

    internal EntityExtractionResult Extract(EntityExtractionRequest request, List<string> notices, CancellationToken cancellationToken)
    {
        var types = Types(request.Parameters?.EntityTypes, notices);
        var isEnglish = IsEnglish(request.Language);
        if (!isEnglish && (types.Contains(EntityTypes.Person) || types.Contains(EntityTypes.Location) || types.Contains(EntityTypes.Organization)))
        {
            notices.Add($"Names of persons, locations and organizations are looked for in English texts only; language \"{request.Language}\" was searched by patterns.");
        }

        var now = (request.Parameters?.ReferenceTime ?? time.GetUtcNow()).DateTime;
        var entities = EntityExtractor.Find(request.Text, types, now, isEnglish ? _names.Value : null, cancellationToken);
        return new EntityExtractionResult { Entities = entities.ConvertAll(match => CreateEntity(request.Text, match)), Text = request.Text };
    }

    private static ExtractedEntity CreateEntity(string text, EntityMatch match)
    {
        var words = text[match.Start..match.End];
        return new ExtractedEntity
        {
            Text = words,
            Type = match.Type,
            Value = match.Value ?? EntityJson.Text(words),
            StartIndex = match.Start,
            EndIndex = match.End,
            Confidence = Math.Round(match.Confidence, 3),
        };
    }

    private static HashSet<string> Types(IReadOnlyList<string>? wanted, List<string> notices)
    {
        if (wanted is not { Count: > 0 })
        {
            return AllTypes;
        }

        var unknown = wanted.Where(name => EntityTypes.Find(name) is null).Distinct(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            notices.Add($"The embedded engine does not know these types and did not look for them: {string.Join(", ", unknown)}. A chat model may.");
        }

        return wanted.Select(EntityTypes.Find).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    // Not named counts as English: it is what the words and names are from.
    private static bool IsEnglish(string? language) =>
        string.IsNullOrWhiteSpace(language)
        || language.Equals("en", StringComparison.OrdinalIgnoreCase) || language.Equals("english", StringComparison.OrdinalIgnoreCase)
        || language.StartsWith("en-", StringComparison.OrdinalIgnoreCase) || language.StartsWith("en_", StringComparison.OrdinalIgnoreCase);
}

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Conductor.Catalog;
using Conductor.Operations;
using Conductor.Prompts;
using Conductor.Schemas;

namespace Conductor.TestKit;

/// <summary>What an operation says of itself, and what it makes of a request and of a model's answer.</summary>
internal static partial class OperationChecks
{
    public static IReadOnlyList<ConformanceCheck<OperationBench>> All { get; } =
    [
        new("descriptor", Each(Descriptor)),
        new("schemas", Each(Schemas)),
        new("request", Example(Request)),
        new("request.wrong", Each(WrongRequest)),
        new("prompt", PromptAsync),
        new("reply", Example(Reply)),
        new("reply.wrong", Example(WrongReply)),
        new("vectors", Example(Vectors)),
    ];

    public static bool IsJson(ReadOnlyMemory<byte> json, JsonValueKind kind)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == kind;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Descriptor(OperationBench bench, OperationEntry entry)
    {
        var descriptor = entry.Descriptor;
        Expect.That(Name().IsMatch(descriptor.Name), $"The operation's name '{descriptor.Name}' is not 1 to 80 lower case letters, digits and '_'; it stands in the URL.");
        Expect.That(!string.IsNullOrWhiteSpace(descriptor.Description), $"'{descriptor.Name}' has no description; say in one sentence what it does.");
        Expect.That(descriptor.MaxTextLength > 0, $"'{descriptor.Name}' takes texts of {descriptor.MaxTextLength} characters; MaxTextLength is above zero.");
        Expect.That(ReferenceEquals(entry.Operation.Descriptor, descriptor), $"'{descriptor.Name}' makes a new descriptor each time it is asked; make it once.");
        bench.Capabilities.Add("operation:" + descriptor.Name);
        bench.Capabilities.UnionWith(bench.Functions.Select(function => "function:" + function.Name));
    }

    private static void Schemas(OperationBench bench, OperationEntry entry)
    {
        foreach (var (name, schema) in new[] { ("request", (JsonElement?)entry.Descriptor.RequestSchema), ("result", entry.Descriptor.ResultSchema), ("reply", entry.Descriptor.ReplySchema) })
        {
            if (schema is not { } text)
            {
                continue;
            }

            try
            {
                JsonSchema.Compile(text);
            }
            catch (JsonSchemaException mistake)
            {
                throw new CheckFailedException($"The {name} schema of '{entry.Name}' cannot be used: {mistake.Message}");
            }

            Expect.That(text.ValueKind == JsonValueKind.Object && text.TryGetProperty("type", out var type) && type.ValueEquals("object"), $"The {name} schema of '{entry.Name}' does not say 'type: object' at its top.");
        }
    }

    private static void Request(OperationBench bench, OperationEntry entry, OperationExample example)
    {
        using var request = Parse(example.Request, $"The example request of '{entry.Name}'");
        Fits(entry.RequestSchema, request.RootElement, $"The example request of '{entry.Name}' does not fit its request schema");
        try
        {
            entry.Operation.Validate(Bytes(example));
        }
        catch (OperationRequestException refusal)
        {
            throw new CheckFailedException($"'{entry.Name}' refuses the example request that fits its schema ({refusal.Field}: {refusal.Message}); let the schema say what the operation demands.");
        }

        var variant = entry.Operation.CacheVariant(Bytes(example));
        Expect.That(variant is null or { Length: <= 1_000 }, $"The cache variant of '{entry.Name}' is {variant?.Length} characters long; it is part of a key, not an answer.");
    }

    private static void WrongRequest(OperationBench bench, OperationEntry entry)
    {
        foreach (var wrong in new[] { "[]", "null", """{"text":["not a text"]}""", """{"parameters":"not an object"}""" })
        {
            using var json = JsonDocument.Parse(wrong);
            Expect.That(entry.RequestSchema.Validate(json.RootElement).Count > 0, $"The request schema of '{entry.Name}' takes {wrong}; it says what 'text' and 'parameters' are.");
            try
            {
                entry.Operation.Validate(Encoding.UTF8.GetBytes(wrong));
            }
            catch (OperationRequestException)
            {
                continue;
            }
#pragma warning disable CA1031 // boundary: the very thing that is checked
            catch (Exception failure)
#pragma warning restore CA1031
            {
                throw new CheckFailedException($"For the request {wrong}, '{entry.Name}' throws {failure.GetType().Name}; what is wrong with a request is an OperationRequestException that names the field.");
            }
        }
    }

    private static async Task PromptAsync(OperationBench bench, CancellationToken cancellationToken)
    {
        var prompted = bench.Operations.Where(entry => entry.Descriptor.Prompt is not null).ToList();
        if (prompted.Count == 0)
        {
            throw new NotOfferedException("It has no prompt.");
        }

        foreach (var entry in prompted)
        {
            PromptTemplate template;
            try
            {
                template = PromptTemplate.Parse(entry.Descriptor.Prompt!, "prompt of " + entry.Name, new PromptTemplateOptions { Functions = PromptFunctions.Default.WithPlugins(bench.Functions) });
            }
            catch (PromptFormatException mistake)
            {
                throw new CheckFailedException(mistake.Message);
            }

            if (!bench.Plugin.Examples.TryGetValue(entry.Name, out var example))
            {
                continue;
            }

            var arguments = entry.Operation.CreatePromptArguments(Bytes(example));
            var missing = template.Variables.Where(variable => variable.IsRequired && !arguments.Keys.Contains(variable.Name, StringComparer.OrdinalIgnoreCase)).Select(variable => variable.Name).ToList();
            Expect.That(missing.Count == 0, $"The prompt of '{entry.Name}' requires {string.Join(", ", missing)}, which CreatePromptArguments does not give.");
            try
            {
                var rendered = await template.RenderAsync(arguments, PromptMode.Hardened, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                Expect.That(rendered.Messages.Count > 0, $"The prompt of '{entry.Name}' renders to no message.");
            }
            catch (PromptRenderException mistake)
            {
                throw new CheckFailedException($"The prompt of '{entry.Name}' cannot be rendered with the example request: {mistake.Message}");
            }
        }
    }

    private static void Reply(OperationBench bench, OperationEntry entry, OperationExample example)
    {
        var text = RequireReply(entry, example);
        if (entry.Descriptor.IsStructured)
        {
            using var reply = Parse(text, $"The example reply of '{entry.Name}'");
            Fits(JsonSchema.Compile(entry.Descriptor.ReplySchema ?? entry.Descriptor.ResultSchema), reply.RootElement, $"The example reply of '{entry.Name}' does not fit its reply schema");
        }

        ReadOnlyMemory<byte> result;
        try
        {
            result = entry.Operation.ReadReply(new OperationReply(text, "stop"), Bytes(example));
        }
        catch (OperationReplyException refusal)
        {
            throw new CheckFailedException($"'{entry.Name}' cannot read the example reply, which fits its reply schema: {refusal.Message}");
        }

        RequireResult(entry, result);
    }

    private static void WrongReply(OperationBench bench, OperationEntry entry, OperationExample example)
    {
        RequireReply(entry, example);
        if (!entry.Descriptor.IsStructured)
        {
            throw new NotOfferedException("Its models answer in plain text, and any text will do.");
        }

        foreach (var wrong in new[] { "null", "[]", "{\"unexpected\":[1" })
        {
            try
            {
                RequireResult(entry, entry.Operation.ReadReply(new OperationReply(wrong, "stop"), Bytes(example)));
            }
            catch (OperationReplyException)
            {
                continue;
            }
            catch (Exception failure) when (failure is not CheckFailedException)
            {
                throw new CheckFailedException($"For a model's reply {wrong}, '{entry.Name}' throws {failure.GetType().Name}; what is wrong with a reply is an OperationReplyException, whose message the model is shown.");
            }
        }
    }

    private static void Vectors(OperationBench bench, OperationEntry entry, OperationExample example)
    {
        if (entry.Operation is not IEmbeddingOperation operation)
        {
            throw new NotOfferedException("Embedding models do not run it.");
        }

        var inputs = operation.ReadInputs(Bytes(example));
        Expect.That(inputs.Texts.Count > 0 && inputs.Texts.All(text => text is not null), $"'{entry.Name}' reads no text from the example request.");
        var vectors = inputs.Texts.Select((_, i) => new ReadOnlyMemory<float>([i, 0.5f, -1f])).ToList();
        RequireResult(entry, operation.WriteResult(vectors, "kit/model", Bytes(example)));
    }

    private static void RequireResult(OperationEntry entry, ReadOnlyMemory<byte> result)
    {
        using var json = Parse(Encoding.UTF8.GetString(result.Span), $"The result of '{entry.Name}'");
        Fits(entry.ResultSchema, json.RootElement, $"The result of '{entry.Name}' does not fit its result schema");
    }

    private static string RequireReply(OperationEntry entry, OperationExample example) =>
        entry.Descriptor.Prompt is null ? throw new NotOfferedException("It has no prompt.")
        : example.Reply ?? throw new NotOfferedException($"The kit was given no example of a model's reply to '{entry.Name}'.");

    private static void Fits(JsonSchema schema, JsonElement json, string sentence)
    {
        var wrong = schema.Validate(json);
        Expect.That(wrong.Count == 0, $"{sentence}: {string.Join("; ", wrong.Take(3).Select(violation => $"{violation.Path}: {violation.Message}"))}");
    }

    private static JsonDocument Parse(string json, string what)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException mistake)
        {
            throw new CheckFailedException($"{what} is not JSON: {mistake.Message}");
        }
    }

    private static byte[] Bytes(OperationExample example) => Encoding.UTF8.GetBytes(example.Request);

    private static Func<OperationBench, CancellationToken, Task> Each(Action<OperationBench, OperationEntry> check) => (bench, _) =>
    {
        foreach (var entry in bench.Operations)
        {
            check(bench, entry);
        }

        return Task.CompletedTask;
    };

    private static Func<OperationBench, CancellationToken, Task> Example(Action<OperationBench, OperationEntry, OperationExample> check) => (bench, _) =>
    {
        foreach (var (entry, example) in bench.Examples)
        {
            check(bench, entry, example);
        }

        return Task.CompletedTask;
    };

    [GeneratedRegex(@"\A[a-z0-9_]{1,80}\z")]
    private static partial Regex Name();
}

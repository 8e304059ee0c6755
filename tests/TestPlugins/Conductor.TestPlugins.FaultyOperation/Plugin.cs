using System.Text;
using System.Text.Json;
using Conductor.Operations;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin("faulty_operation", typeof(Conductor.TestPlugins.FaultyOperation.Plugin))]

namespace Conductor.TestPlugins.FaultyOperation;

/// <summary>An operation that does one thing wrong; settings: `fault`, which of it. Without a fault it does nothing wrong.</summary>
public sealed class Plugin : IOperationPlugin
{
    public void ConfigureServices(IServiceCollection services, OperationContext context) => services.AddSingleton<IOperation>(new Faulty(context.Settings["fault"] ?? ""));
}

internal sealed class Faulty(string fault) : IOperation
{
    public OperationDescriptor Descriptor { get; } = new()
    {
        Name = fault == "odd-name" ? "Faulty Operation" : "faulty_operation",
        Description = "Says how long a text is.",
        RequestSchema = JsonElement.Parse("""{"type":"object","properties":{"text":{"type":"string"},"parameters":{"type":"object"}},"required":["text"]}"""),
        ResultSchema = JsonElement.Parse(fault == "loose-schema" ? "{}" : """{"type":"object","properties":{"length":{"type":"integer"}},"required":["length"]}"""),
        Prompt = fault switch
        {
            "broken-prompt" => "name: x\ntemplate_format: handlebars\ntemplate: '{{#if text}} no end'",
            "unnamed-variable" => "name: x\ntemplate_format: handlebars\ntemplate: '{{text}} {{tone}}'\ninput_variables:\n  - name: tone\n    is_required: true",
            _ => "name: x\ntemplate_format: handlebars\ntemplate: 'How long is {{text}}?'\ninput_variables:\n  - name: text\n    is_required: true",
        },
    };

    public void Validate(ReadOnlyMemory<byte> payload)
    {
        using var request = JsonDocument.Parse(payload);
        if (fault == "trips-over-requests")
        {
            _ = request.RootElement.GetProperty("text").GetString();
        }

        if (fault == "refuses-all" || request.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new OperationRequestException("text", "It is not to my liking.");
        }
    }

    public IReadOnlyDictionary<string, object?> CreatePromptArguments(ReadOnlyMemory<byte> payload)
    {
        using var request = JsonDocument.Parse(payload);
        return new Dictionary<string, object?> { ["text"] = request.RootElement.GetProperty("text").GetString() };
    }

    public ReadOnlyMemory<byte> ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload)
    {
        if (fault == "odd-result")
        {
            return Encoding.UTF8.GetBytes("""{"width":1}""");
        }

        try
        {
            return Encoding.UTF8.GetBytes($$"""{"length":{{JsonElement.Parse(reply.Text).GetProperty("length").GetInt32()}}}""");
        }
        catch (Exception mistake) when (fault != "trips-over-replies" && mistake is (JsonException or InvalidOperationException or KeyNotFoundException))
        {
            throw new OperationReplyException("Say {\"length\": …}.", mistake);
        }
    }
}

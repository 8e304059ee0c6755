using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>`thinking` and `output_config`: how much the model thinks, and the shape of what it says.</summary>
internal static class ThinkingReader
{
    private const long LeastBudget = 1024;

    public static void Read(RequestElement thinking, RequestElement config, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (!config.IsNull)
        {
            ReadConfig(config, options, extra);
        }

        if (thinking.IsNull)
        {
            return;
        }

        var type = thinking.RequireObject()["type"].String();
        var members = thinking.Value.EnumerateObject().Count(member => member.Value.ValueKind != JsonValueKind.Null);
        var isTyped = false;
        if (type == "enabled")
        {
            extra[ChatKeys.ThinkingBudget] = thinking["budget_tokens"].OptionalInteger(LeastBudget, int.MaxValue) ?? throw thinking["budget_tokens"].Missing();
            isTyped = members == 2;
        }
        else if (type == "disabled" && members == 1 && options.Reasoning?.Effort is null && !extra.ContainsKey("reasoning_effort"))
        {
            options.Reasoning = new ReasoningOptions { Effort = ReasoningEffort.None };
            isTyped = true;
        }

        if (!isTyped)
        {
            extra[AnthropicKeys.Of("thinking")] = thinking.Value;
        }
    }

    private static void ReadConfig(RequestElement config, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        foreach (var member in config.RequireObject().Value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "effort":
                    ReadEffort(config["effort"], options, extra);
                    break;
                case "format":
                    ReadFormat(config["format"], options, extra);
                    break;
                case var _ when member.Value.ValueKind != JsonValueKind.Null:
                    extra[AnthropicKeys.Of("output_config." + member.Name)] = member.Value;
                    break;
            }
        }
    }

    private static void ReadEffort(RequestElement effort, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        ReasoningEffort? typed = effort.OptionalString() switch
        {
            "low" => ReasoningEffort.Low,
            "medium" => ReasoningEffort.Medium,
            "high" => ReasoningEffort.High,
            "xhigh" => ReasoningEffort.ExtraHigh,
            _ => null,
        };
        if (typed is not null)
        {
            options.Reasoning = new ReasoningOptions { Effort = typed };
        }
        else if (!effort.IsNull)
        {
            extra["reasoning_effort"] = effort.Value; // `max`, and whatever comes next, as OpenAI names it too
        }
    }

    private static void ReadFormat(RequestElement format, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (format.IsNull)
        {
            return;
        }

        if (format.RequireObject()["type"].String() != "json_schema")
        {
            extra[AnthropicKeys.Of("output_config.format")] = format.Value;
            return;
        }

        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(format["schema"].RequireObject().Value);
        foreach (var member in format.Value.EnumerateObject().Where(member => member.Name is not ("type" or "schema")))
        {
            extra[AnthropicKeys.Of("output_config.format." + member.Name)] = member.Value;
        }
    }
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Conductor.Host.Cli;

/// <summary>The usual help, with examples after it: most people read only those.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        [""] =
        [
            "conductor                                             serve on http://127.0.0.1:5080",
            "conductor run sentiment_analysis \"What a lovely day\"  run an operation here, no server",
            "conductor models pull ollama/llama3.2                 fetch a model for a local Ollama",
            "conductor config validate                             say what is wrong with the configuration",
        ],
        ["serve"] =
        [
            "conductor serve",
            "conductor serve --config /etc/conductor/conductor.yaml --listen http://0.0.0.0:8080",
            "conductor serve --listen \"http://127.0.0.1:5080;http://[::1]:5080\"",
        ],
        ["run"] =
        [
            "conductor run sentiment_analysis \"What a lovely day\"",
            "conductor run intent_detection \"Play some jazz\" --parameters '{\"possible_intents\": [\"play_music\", \"get_weather\"]}'",
            "conductor run entity_extraction \"Dr. Anna Schmidt pays $2.5 million by next Friday.\" --json",
            "conductor run summarization - --parameters '{\"max_sentences\": 2}' < article.txt",
            "conductor run sentiment_analysis --inputs reviews.jsonl --json > results.json",
            "conductor run response_generation \"Write a haiku\" --stream",
            "conductor run response_generation \"Write a haiku\" --model openai/gpt-4o-mini --json",
        ],
        ["plugins"] = ["conductor plugins list", "conductor plugins new provider MyProvider", "conductor plugins verify MyProvider.dll", "conductor plugins install MyProvider.dll"],
        ["plugins new"] =
        [
            "conductor plugins new provider MyProvider",
            "conductor plugins new operation MyOperation --output ~/src/my-operation --packages ~/conductor-packages",
        ],
        ["plugins verify"] =
        [
            "conductor plugins verify MyProvider/MyProvider/bin/Release/net10.0/MyProvider.dll",
            "conductor plugins verify MyProvider.dll --upstream openai --settings timeout=00:00:05 --json",
        ],
        ["plugins install"] =
        [
            "conductor plugins install MyProvider/MyProvider/bin/Release/net10.0/MyProvider.dll",
            "conductor plugins install MyProvider.zip --pin",
        ],
        ["plugins remove"] = ["conductor plugins remove my-provider", "conductor plugins remove MyProvider.dll --yes"],
        ["plugins pin"] = ["conductor plugins pin", "conductor plugins pin openai-compatible"],
        ["plugins list"] = ["conductor plugins list", "conductor plugins list --json"],
        ["models"] = ["conductor models", "conductor models pull ollama/llama3.2"],
        ["models list"] = ["conductor models list", "conductor models list --json"],
        ["models pull"] = ["conductor models pull ollama/llama3.2", "conductor models pull ollama/nomic-embed-text --json"],
        ["cost"] = ["conductor cost estimate --model openai/gpt-4o-mini \"What a lovely day\""],
        ["cost estimate"] =
        [
            "conductor cost estimate --model openai/gpt-4o-mini \"What a lovely day\"",
            "conductor cost estimate --model fast --input-tokens 12000 --output-tokens 500 --json",
        ],
        ["usage"] = ["conductor usage --by tenant", "conductor usage --by model --period 7d --tenant acme", "conductor usage --by key --period 2026-11 --json"],
        ["ledger"] = ["conductor ledger reprice --from 2026-11-01 --dry-run"],
        ["ledger reprice"] = ["conductor ledger reprice --from 2026-11-01 --dry-run", "conductor ledger reprice --from 2026-11-01 --provider openai --dry-run --json"],
        ["audit"] = ["conductor audit list --action 'key.*'", "conductor audit verify"],
        ["audit list"] = ["conductor audit list", "conductor audit list --tenant acme --limit 10 --json"],
        ["audit export"] = ["conductor audit export > audit.jsonl"],
        ["audit verify"] = ["conductor audit verify", "conductor audit verify --file audit.jsonl --last 12:0f3a"],
        ["prompt"] = ["conductor prompt list", "conductor prompt render greeting.yaml --args '{\"name\": \"Ada\"}'"],
        ["prompt render"] =
        [
            "conductor prompt render greeting.yaml --args '{\"name\": \"Ada\"}'",
            "conductor prompt render greeting.yaml --args @arguments.json --mode semantic-kernel --json",
        ],
        ["prompt list"] = ["conductor prompt list", "conductor prompt list --json"],
        ["prompt validate"] = ["conductor prompt validate", "conductor prompt validate greeting.yaml --with-plugins"],
        ["keys"] = ["conductor keys create web --tenant acme --new-tenant --model fast", "conductor keys list", "conductor keys rotate acme/web --overlap 24h", "conductor keys revoke acme/web"],
        ["keys create"] =
        [
            "conductor keys create ops --role admin",
            "conductor keys create web --tenant acme --new-tenant --model fast --route chat --ip 10.0.0.0/8 --max-tokens 2000 --expires 2027-01-01",
            "KEY=$(conductor keys create ci --tenant acme)",
        ],
        ["keys list"] = ["conductor keys list", "conductor keys list --json"],
        ["keys rotate"] = ["conductor keys rotate Ab3dE6gH", "conductor keys rotate acme/web --overlap 0s"],
        ["keys revoke"] = ["conductor keys revoke acme/web --yes"],
        ["config"] = ["conductor config validate --config conductor.yaml", "conductor config schema conductor > conductor.schema.json"],
        ["config validate"] = ["conductor config validate", "conductor config validate --config conductor.yaml --json"],
        ["config diff"] = ["conductor config diff new/tenants.yaml", "conductor config diff --running http://127.0.0.1:5080"],
        ["config apply"] = ["conductor config apply new/conductor.yaml new/tenants.yaml", "conductor config apply new/tenants.yaml --yes --running http://127.0.0.1:5080"],
        ["config schema"] = ["conductor config schema conductor > conductor.schema.json"],
        ["lab"] = ["conductor lab hotswap --streams 2000 --swaps 20"],
        ["lab hotswap"] = ["conductor lab hotswap --streams 2000 --swaps 20", "conductor lab hotswap --quick --plugin bin/plugin/MyProvider.dll --json"],
        ["version"] = ["conductor version", "conductor version --json"],
    };

    public override int Invoke(ParseResult parseResult)
    {
        // The library calls the command after the assembly; people type `conductor` (docs/decisions/0003).
        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var code = usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(text.ToString().Replace(RootCommand.ExecutableName + " ", "conductor ", StringComparison.Ordinal));
        if (Examples.TryGetValue(PathOf(parseResult.CommandResult.Command), out var lines))
        {
            output.WriteLine("Examples:");
            foreach (var line in lines)
            {
                output.WriteLine($"  {line}");
            }

            output.WriteLine();
        }

        return code;
    }

    private static string PathOf(Command command) =>
        command is RootCommand ? ""
        : command.Parents.OfType<Command>().FirstOrDefault() is { } parent && PathOf(parent) is { Length: > 0 } path ? $"{path} {command.Name}"
        : command.Name;
}

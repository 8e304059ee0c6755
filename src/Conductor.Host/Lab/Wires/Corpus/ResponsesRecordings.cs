namespace Conductor.Host.Lab.Wires.Corpus;

/// <summary>What clients and servers of OpenAI's Responses dialect say.</summary>
internal static class ResponsesRecordings
{
    public static IReadOnlyList<IReadOnlyList<byte[]>> Requests { get; } = Recorded.Bodies(
        """
        {"model":"auto","provider":"p","stream":true,"store":true,"instructions":"be kind","temperature":0.7,"top_p":0.9,"max_output_tokens":100,"top_logprobs":2,"include":["reasoning.encrypted_content"],"metadata":{"a":"b"},"user":"u","service_tier":"flex","truncation":"auto",
         "parallel_tool_calls":false,"max_tool_calls":3,"previous_response_id":"resp_0","reasoning":{"effort":"low","summary":"auto"},"text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"},"strict":true},"verbosity":"low"},
         "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},{"type":"web_search"}],"tool_choice":{"type":"function","name":"f"},
         "input":[{"role":"developer","content":"x"},{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"},{"type":"input_image","image_url":"data:image/png;base64,aGk=","detail":"low"},{"type":"input_image","file_id":"f"},{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,aGk="},{"type":"input_file","file_url":"https://example.org/a.pdf"}]},
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":"conductor.anthropic.c2ln"},
          {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"no"}]},
          {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1}"},{"type":"function_call_output","call_id":"c1","output":"21"},{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"22"}]},{"type":"item_reference","id":"msg_1"},{"id":"rs_1"},{"type":"web_search_call","id":"ws_1","status":"completed"}]}
        """,
        """{"model":"m","input":"hi"}""",
        """{"input":[{"role":"user","content":"hi"}],"tool_choice":"required","text":{"format":{"type":"json_object"}},"reasoning":null,"store":false,"background":false,"conversation":null}""",
        """{"model":"m","input":[{"role":"user","content":"hi"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]},"tools":[{"type":"function","name":"f","parameters":null},{"type":"custom","name":"g"}]}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Answers { get; } = Recorded.Bodies(
        """
        {"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","model":"m","error":null,"incomplete_details":null,"service_tier":"default","output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":"enc"},
          {"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Grüße 😀","annotations":[{"type":"url_citation","url":"u"}],"logprobs":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[]}]},{"type":"refusal","refusal":"No."}]},
          {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1}","status":"completed"},{"type":"web_search_call","id":"ws_1"}],
         "usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":2,"cache_write_tokens":1},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":12}}
        """,
        """{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]}""",
        """{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"m"},"output":[]}""",
        """{"id":"resp_1","status":"queued","output":[]}""",
        """{"error":{"message":"m","type":"invalid_request_error","param":"input","code":"c"}}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Streams { get; } =
    [
        Recorded.Pieces("""
            {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1700000000,"status":"in_progress","model":"m","output":[]}}
            {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1","status":"in_progress","output":[]}}
            {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}
            {"type":"response.reasoning_summary_part.added","sequence_number":3,"item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}
            {"type":"response.reasoning_summary_text.delta","sequence_number":4,"item_id":"rs_1","output_index":0,"summary_index":0,"delta":"h"}
            {"type":"response.reasoning_text.delta","sequence_number":5,"item_id":"rs_1","output_index":0,"content_index":0,"delta":"m","obfuscation":"zz"}
            {"type":"response.reasoning_summary_text.done","sequence_number":6,"item_id":"rs_1","output_index":0,"summary_index":0,"text":"hm"}
            {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"enc"}}
            {"type":"response.output_item.added","sequence_number":8,"output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[],"status":"in_progress"}}
            {"type":"response.output_text.delta","sequence_number":9,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"Grüße 😀","logprobs":[{"token":"a","logprob":-1,"top_logprobs":[]}]}
            {"type":"response.refusal.delta","sequence_number":10,"item_id":"msg_1","output_index":1,"content_index":1,"delta":"No."}
            {"type":"response.output_item.done","sequence_number":11,"output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"Grüße 😀"},{"type":"refusal","refusal":"No."}]}}
            {"type":"response.output_item.added","sequence_number":12,"output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":""}}
            {"type":"response.function_call_arguments.delta","sequence_number":13,"item_id":"fc_1","output_index":2,"delta":"{\"a\""}
            {"type":"response.function_call_arguments.delta","sequence_number":14,"item_id":"fc_1","output_index":2,"delta":":1}"}
            {"type":"response.output_item.done","sequence_number":15,"output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"}}
            {"type":"response.some_news","sequence_number":16}
            {"type":"response.completed","sequence_number":17,"response":{"id":"resp_1","status":"completed","model":"m","output":[],"usage":{"input_tokens":7,"output_tokens":5}}}
            {"type":"response.output_text.delta","sequence_number":18,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"ghost"}
            """),
        Recorded.Pieces("""
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"a"}
            {"type":"error","sequence_number":1,"code":"server_error","message":"m","param":null,"error":{"code":"server_error","message":"m"}}
            {"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"rate_limit_exceeded","message":"m"},"output":[]}}
            """),
        Recorded.Pieces("""
            {"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{}"}}
            {"type":"response.output_item.done","output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}}
            {"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"usage":{"input_tokens":7,"output_tokens":5}}}
            """),
    ];
}

namespace Conductor.Host.Lab.Wires.Corpus;

/// <summary>What clients and servers of Anthropic's dialect say.</summary>
internal static class AnthropicRecordings
{
    public static IReadOnlyList<IReadOnlyList<byte[]>> Requests { get; } = Recorded.Bodies(
        """
        {"model":"m","provider":"p","max_tokens":9,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":3,"stop_sequences":["a"],"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"metadata":{"user_id":"u"},"service_tier":"auto","inference_geo":"us",
         "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral"}},{"type":"web_search_20250305","name":"w","max_uses":3}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
         "thinking":{"type":"enabled","budget_tokens":1024},"output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object"}}},
         "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}},{"type":"image","source":{"type":"url","url":"https://x.test"}},
           {"type":"document","title":"t","context":"c","citations":{"enabled":true},"source":{"type":"file","file_id":"f"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"}},{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}},{"type":"search_result","source":"s","title":"t","content":[]}]},
          {"role":"assistant","content":[{"type":"redacted_thinking","data":"conductor:thought_signature:x"},{"type":"thinking","thinking":"h","signature":"conductor:gemini:s"},{"type":"thinking","thinking":"h","signature":"s"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}},{"type":"server_tool_use","id":"u","name":"web_search","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}],"is_error":true},{"type":"tool_result","tool_use_id":"t","content":"r"}]},{"role":"system","content":"s"},{"role":"user","content":"u"}]}
        """,
        """{"max_tokens":1,"messages":[{"role":"user","content":"hi"}],"system":"s","thinking":{"type":"adaptive"},"tool_choice":{"type":"any"}}""",
        """{ "model" : "m" , "max_tokens" : 1 , "messages" : [ { "role" : "user" , "content" : [ ] } , { "role" : "assistant" , "content" : "pre" } ] , "provider" : null, "thinking":{"type":"disabled"}, "container":"c","mcp_servers":[],"context_management":{"edits":[]} }""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Answers { get; } = Recorded.Bodies(
        """
        {"id":"i","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"h","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"t","citations":[{"type":"char_location","cited_text":"x"}]},
          {"type":"tool_use","id":"t","name":"f","input":{"a":1}},{"type":"server_tool_use","id":"u","name":"web_search","input":{}},{"type":"other","x":1}],"stop_reason":"stop_sequence","stop_sequence":"x","container":null,
         "usage":{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation_input_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":1,"ephemeral_5m_input_tokens":2},"output_tokens":3,"output_tokens_details":{"thinking_tokens":1},"service_tier":"standard","server_tool_use":{"web_search_requests":1}}}
        """,
        """{"id":"i","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":0}}""",
        """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Streams { get; } =
    [
        Recorded.Pieces("""
            {"type":"message_start","message":{"id":"i","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":1},"output_tokens":1}}}
            {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
            {"type":"ping"}
            {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
            {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}
            {"type":"content_block_stop","index":0}
            {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"d"}}
            {"type":"content_block_stop","index":1}
            {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}
            {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Grüße 😀"}}
            {"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"x"}}}
            {"type":"content_block_stop","index":2}
            {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}
            {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}
            {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":":1}"}}
            {"type":"content_block_stop","index":3}
            {"type":"content_block_start","index":4,"content_block":{"type":"server_tool_use","id":"u","name":"web_search","input":{}}}
            {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"}}
            {"type":"content_block_stop","index":4}
            {"type":"content_block_start","index":5,"content_block":{"type":"web_search_tool_result","tool_use_id":"u","content":[]}}
            {"type":"content_block_stop","index":5}
            {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":20,"input_tokens":1}}
            {"type":"message_stop"}
            """),
        Recorded.Pieces("""
            {"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"x"}}
            {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
            """),
    ];

    public static IReadOnlyList<IReadOnlyList<byte[]>> Others { get; } = Recorded.Bodies(
        """{"data":[{"type":"model","id":"m","display_name":"M","created_at":"2025-02-19T00:00:00Z","max_input_tokens":200000,"max_tokens":8192,"capabilities":{"thinking":{"supported":true},"image_input":{"supported":true}}}],"has_more":true,"first_id":"m","last_id":"m"}""",
        """{"input_tokens":14}""",
        """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 200001 tokens > 200000 maximum","details":{"error_code":"c","param":"messages"}},"request_id":"r"}""",
        """{"error":"m"}""",
        """{"message":"m"}""");
}

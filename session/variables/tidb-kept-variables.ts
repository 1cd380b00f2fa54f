import { kept } from './kept-variables.js';
import { registerVariables } from './system-variable.js';

/**
 * TiDB 8's variables that say nothing to this server, with their defaults and limits there (TiDB docs, "System Variables"): tools and
 * applications set them, so they are checked, kept and shown.
 */
registerVariables(
  kept([
    [
      { scope: 'none', kind: 'uint', readOnly: true },
      `
      tidb_stmt_summary_file_max_backups=0
      tidb_stmt_summary_file_max_days=3
      tidb_stmt_summary_file_max_size=64
      `,
    ],
    [
      { scope: 'none', kind: 'string', readOnly: true },
      `
      tidb_allow_function_for_expression_index=json_array, json_array_append, json_array_insert, json_contains, json_contains_path, json_depth, json_extract, json_insert, json_keys, json_length, json_merge_patch, json_merge_preserve, json_object, json_pretty, json_quote, json_remove, json_replace, json_schema_valid, json_search, json_set, json_storage_size, json_type, json_unquote, json_valid, lower, md5, reverse, tidb_shard, upper, vitess_hash
      tidb_enable_enhanced_security=OFF
      tidb_stmt_summary_enable_persistent=OFF
      tidb_stmt_summary_filename=tidb-statements.log
      `,
    ],
    [
      { scope: 'global', kind: 'bool' },
      `
      tidb_accelerate_user_creation_update=OFF
      tidb_enable_auto_analyze_priority_queue=ON
      tidb_enable_batch_dml=OFF
      tidb_enable_binding_usage=ON
      tidb_enable_column_tracking=ON
      tidb_enable_dist_task=ON
      tidb_enable_fast_create_table=ON
      tidb_enable_gc_aware_memory_track=OFF
      tidb_enable_gogc_tuner=ON
      tidb_enable_historical_stats=OFF
      tidb_enable_historical_stats_for_capture=OFF
      tidb_enable_instance_plan_cache=OFF
      tidb_enable_local_txn=OFF
      tidb_enable_plan_replayer_continuous_capture=OFF
      tidb_enable_row_level_checksum=OFF
      tidb_enable_stats_owner=ON
      tidb_enable_telemetry=OFF
      tidb_enable_top_sql=OFF
      tidb_enable_ts_validation=ON
      tidb_enable_tso_follower_proxy=OFF
      tidb_generate_binary_plan=ON
      tidb_rc_read_check_ts=OFF
      tidb_resource_control_strict_mode=ON
      tidb_simplified_metrics=OFF
      tidb_stats_load_pseudo_timeout=ON
      tidb_stats_update_during_ddl=OFF
      `,
    ],
    [
      { scope: 'global', kind: 'uint' },
      `
      tidb_auto_analyze_concurrency=1 [1,2147483647]
      tidb_auto_analyze_partition_batch_size=8192 [1,8192]
      tidb_auto_build_stats_concurrency=1 [1,256]
      tidb_committer_concurrency=128 [1,10000]
      tidb_ddl_disk_quota=107374182400 [107374182400,1125899906842624]
      tidb_ddl_error_count_limit=512 [0,9223372036854775807]
      tidb_ddl_flashback_concurrency=64 [1,256]
      tidb_expensive_query_time_threshold=60 [10,2147483647]
      tidb_expensive_txn_time_threshold=600 [60,2147483647]
      tidb_gogc_tuner_max_value=500 [10,2147483647]
      tidb_gogc_tuner_min_value=100 [10,2147483647]
      tidb_instance_plan_cache_max_size=125829120 [0,9223372036854775807]
      tidb_load_binding_timeout=200 [1,2147483647]
      tidb_log_file_max_days=0 [0,2147483647]
      tidb_low_resolution_tso_update_interval=2000 [10,60000]
      tidb_max_auto_analyze_time=43200 [0,2147483647]
      tidb_memory_usage_alarm_keep_record_num=5 [1,10000]
      tidb_schema_version_cache_limit=16 [2,255]
      tidb_source_id=1 [1,15]
      tidb_store_limit=0 [0,9223372036854775807]
      tidb_sysproc_scan_concurrency=1 [0,4294967295]
      tidb_top_sql_max_meta_count=5000 [1,10000]
      tidb_top_sql_max_time_series_count=100 [1,5000]
      tidb_txn_commit_batch_size=16384 [1,1073741824]
      tidb_workload_repository_active_sampling_interval=5 [0,600]
      tidb_workload_repository_retention_days=7 [0,365]
      tidb_workload_repository_snapshot_interval=3600 [900,7200]
      `,
    ],
    [
      { scope: 'global', kind: 'int' },
      `
      ddl_slow_threshold=300 [0,2147483647]
      tidb_evolve_plan_task_max_time=600 [-1,9223372036854775807]
      tidb_max_dist_task_nodes=-1 auto [1,128]
      tidb_mem_quota_analyze=-1 [-1,9223372036854775807]
      tidb_pprof_sql_cpu=0 [0,1]
      tidb_slow_log_max_per_sec=0 [0,1000000]
      `,
    ],
    [
      { scope: 'global', kind: 'float' },
      `
      tidb_cb_pd_metadata_error_rate_threshold_ratio=0 [0,1]
      tidb_circuit_breaker_pd_metadata_error_rate_threshold_ratio=0 [0,1]
      tidb_gogc_tuner_threshold=0.6 [0,0.9]
      tidb_instance_plan_cache_reserved_percentage=0.1 [0,1]
      tidb_memory_usage_alarm_ratio=0.7 [0,1]
      tidb_tso_client_batch_max_wait_time=0 [0,10]
      `,
    ],
    [
      { scope: 'global', kind: 'string' },
      `
      tidb_cloud_storage_uri=
      tidb_request_source_type=
      tidb_service_scope=
      tidb_workload_repository_dest=
      `,
    ],
    [
      { scope: 'both', kind: 'bool' },
      `
      tidb_allow_tiflash_cop=OFF
      tidb_enable_async_merge_global_stats=ON
      tidb_enable_auto_increment_in_generated=OFF
      tidb_enable_index_merge_join=OFF
      tidb_enable_late_materialization=ON
      tidb_enable_lazy_cursor_fetch=OFF
      tidb_enable_new_cost_interface=ON
      tidb_enable_paging=ON
      tidb_enable_parallel_hashagg_spill=ON
      tidb_enable_pipelined_window_function=ON
      tidb_enable_rate_limit_action=OFF
      tidb_enable_tiflash_read_for_write_stmt=ON
      tidb_enable_unsafe_substitute=OFF
      tidb_guarantee_linearizability=ON
      tidb_hash_exchange_with_new_collation=ON
      tidb_ignore_inlist_plan_digest=OFF
      tidb_ignore_prepared_cache_close_stmt=OFF
      tidb_lock_unchanged_keys=ON
      tidb_low_resolution_tso=OFF
      tidb_nontransactional_ignore_error=OFF
      tidb_opt_always_keep_join_key=ON
      tidb_opt_enable_correlation_adjustment=ON
      tidb_opt_enable_fuzzy_binding=OFF
      tidb_opt_enable_hash_join=ON
      tidb_opt_enable_late_materialization=ON
      tidb_opt_enable_mpp_shared_cte_execution=OFF
      tidb_opt_enable_no_decorrelate_in_select=OFF
      tidb_opt_enable_non_eval_scalar_subquery=OFF
      tidb_opt_enable_semi_join_rewrite=OFF
      tidb_opt_mpp_outer_join_fixed_build_side=OFF
      tidb_opt_prefix_index_single_scan=ON
      tidb_opt_projection_push_down=ON
      tidb_opt_three_stage_distinct_agg=ON
      tidb_prefer_broadcast_join_by_exchange_data_size=OFF
      tidb_rc_write_check_ts=OFF
      tidb_remove_orderby_in_subquery=ON
      tidb_track_aggregate_memory_usage=ON
      `,
    ],
    [
      { scope: 'both', kind: 'uint' },
      `
      tidb_analyze_distsql_scan_concurrency=4 [0,4294967295]
      tidb_analyze_partition_concurrency=2 [1,128]
      tidb_backoff_lock_fast=10 [1,2147483647]
      tidb_backoff_weight=2 [0,2147483647]
      tidb_batch_pending_tiflash_count=4000 [0,4294967295]
      tidb_broadcast_join_threshold_count=10240 [0,9223372036854775807]
      tidb_broadcast_join_threshold_size=104857600 [0,9223372036854775807]
      tidb_build_sampling_stats_concurrency=2 [1,256]
      tidb_build_stats_concurrency=2 [1,256]
      tidb_max_paging_size=50000 [1,9223372036854775807]
      tidb_mem_quota_apply_cache=33554432 [0,9223372036854775807]
      tidb_merge_join_concurrency=1 [1,256]
      tidb_merge_partition_stats_concurrency=1 [1,256]
      tidb_min_paging_size=128 [1,9223372036854775807]
      tidb_non_prepared_plan_cache_size=100 [1,100000]
      tidb_opt_correlation_exp_factor=1 [0,2147483647]
      tidb_opt_join_reorder_threshold=0 [0,2147483647]
      tidb_opt_range_max_size=67108864 [0,9223372036854775807]
      tidb_pre_split_regions=0 [0,15]
      tidb_shard_allocate_step=9223372036854775807 [1,9223372036854775807]
      tidb_shard_row_id_bits=0 [0,15]
      tidb_store_batch_size=4 [0,25000]
      tidb_streamagg_concurrency=1 [1,256]
      tidb_tmp_table_max_size=67108864 [1048576,137438953472]
      tikv_client_read_timeout=0 [0,2147483647]
      `,
    ],
    [
      { scope: 'both', kind: 'int' },
      `
      tidb_allow_batch_cop=1 [0,2]
      tidb_index_merge_intersection_concurrency=-1 auto [1,256]
      tidb_max_bytes_before_tiflash_external_group_by=-1 [-1,9223372036854775807]
      tidb_max_bytes_before_tiflash_external_join=-1 [-1,9223372036854775807]
      tidb_max_bytes_before_tiflash_external_sort=-1 [-1,9223372036854775807]
      tidb_max_tiflash_threads=-1 [-1,256]
      tidb_opt_broadcast_cartesian_join=1 [0,2]
      tiflash_mem_quota_query_per_node=0 [-1,9223372036854775807]
      `,
    ],
    [
      { scope: 'both', kind: 'float' },
      `
      tidb_opt_concurrency_factor=3 [0,18446744073709551615]
      tidb_opt_copcpu_factor=3 [0,18446744073709551615]
      tidb_opt_correlation_threshold=0.9 [0,1]
      tidb_opt_cpu_factor=3 [0,2147483647]
      tidb_opt_desc_factor=3 [0,18446744073709551615]
      tidb_opt_disk_factor=1.5 [0,18446744073709551615]
      tidb_opt_hash_agg_cost_factor=1 [0,2147483647]
      tidb_opt_hash_join_cost_factor=1 [0,2147483647]
      tidb_opt_index_join_cost_factor=1 [0,2147483647]
      tidb_opt_index_lookup_cost_factor=1 [0,2147483647]
      tidb_opt_index_merge_cost_factor=1 [0,2147483647]
      tidb_opt_index_reader_cost_factor=1 [0,2147483647]
      tidb_opt_index_scan_cost_factor=1 [0,2147483647]
      tidb_opt_limit_cost_factor=1 [0,2147483647]
      tidb_opt_memory_factor=0.001 [0,2147483647]
      tidb_opt_merge_join_cost_factor=1 [0,2147483647]
      tidb_opt_network_factor=1 [0,2147483647]
      tidb_opt_ordering_index_selectivity_ratio=0.01 [-1,1]
      tidb_opt_ordering_index_selectivity_threshold=0 [0,1]
      tidb_opt_risk_eq_skew_ratio=0 [0,1]
      tidb_opt_risk_range_skew_ratio=0 [0,1]
      tidb_opt_risk_scale_ndv_skew_ratio=0 [0,1]
      tidb_opt_scan_factor=1.5 [0,2147483647]
      tidb_opt_seek_factor=20 [0,2147483647]
      tidb_opt_sort_cost_factor=1 [0,2147483647]
      tidb_opt_stream_agg_cost_factor=1 [0,2147483647]
      tidb_opt_table_full_scan_cost_factor=1 [0,2147483647]
      tidb_opt_table_range_scan_cost_factor=1 [0,2147483647]
      tidb_opt_table_reader_cost_factor=1 [0,2147483647]
      tidb_opt_table_rowid_cost_factor=1 [0,2147483647]
      tidb_opt_table_tiflash_scan_cost_factor=1 [0,2147483647]
      tidb_opt_topn_cost_factor=1 [0,2147483647]
      tiflash_query_spill_ratio=0.7 [0,0.85]
      `,
    ],
    [
      { scope: 'both', kind: 'string' },
      `
      tidb_allow_fallback_to_tikv=
      tidb_opt_objective=moderate {moderate|determinate}
      tidb_pipelined_dml_resource_policy=standard
      tidb_placement_mode=STRICT {STRICT|IGNORE}
      tidb_runtime_filter_mode=OFF {OFF|LOCAL}
      tidb_runtime_filter_type=IN
      tidb_slow_log_rules=
      tidb_tso_client_rpc_mode=DEFAULT {DEFAULT|PARALLEL|PARALLEL-FAST}
      tiflash_compute_dispatch_policy=consistent_hash {consistent_hash|round_robin}
      tiflash_hashagg_preaggregation_mode=force_preagg {force_preagg|auto|force_streaming}
      tiflash_replica_read=all_replicas {all_replicas|closest_adaptive|closest_replicas}
      `,
    ],
    [
      { scope: 'session', kind: 'bool' },
      `
      tidb_batch_commit=OFF
      tidb_batch_delete=OFF
      tidb_batch_insert=OFF
      tidb_enable_point_get_cache=OFF
      tidb_enforce_mpp=OFF
      tidb_wait_split_region_finish=ON
      `,
    ],
    [
      { scope: 'session', kind: 'uint' },
      `
      tidb_memory_debug_mode_min_heap_inuse=0 [0,9223372036854775807]
      tidb_optimizer_selectivity_level=0 [0,2147483647]
      tidb_wait_split_region_timeout=300 [1,2147483647]
      `,
    ],
    [
      { scope: 'session', kind: 'float' },
      `
      tidb_memory_debug_mode_alarm_ratio=0
      `,
    ],
    [
      { scope: 'session', kind: 'string' },
      `
      tidb_ddl_reorg_priority=PRIORITY_LOW {PRIORITY_LOW|PRIORITY_NORMAL|PRIORITY_HIGH}
      tidb_explicit_request_source_type=
      `,
    ],
  ]),
);

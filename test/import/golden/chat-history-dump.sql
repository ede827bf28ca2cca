-- MySQL dump of an invented fleet
/*!40103 SET TIME_ZONE='+00:00' */;
CREATE TABLE `other` (
  `id` bigint NOT NULL
);
INSERT INTO `other` VALUES (1),(2);
CREATE TABLE `ai_agent_chat_history` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `mac_address` varchar(17) NOT NULL,
  `agent_id` varchar(255) DEFAULT NULL,
  `session_id` varchar(255) NOT NULL,
  `chat_type` tinyint NOT NULL,
  `content` text NOT NULL,
  `audio_id` varchar(255) DEFAULT NULL,
  `created_at` timestamp NULL DEFAULT CURRENT_TIMESTAMP,
  `updated_at` timestamp NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
LOCK TABLES `ai_agent_chat_history` WRITE;
INSERT INTO `ai_agent_chat_history` VALUES (1,'00:00:5e:00:53:01','agent-1','s-a',1,'It\'s (1), \"two\"; it''s\nthree\\',NULL,'2026-06-01 08:00:00','2026-06-01 08:00:00'),(2,'00:00:5e:00:53:01','agent-1','s-a',2,'\'); INSERT INTO `ai_agent_chat_history` VALUES (9,','a-2','2026-06-01 08:00:02','2026-06-01 08:00:02');
INSERT INTO `ai_agent_chat_history` (`id`, `session_id`, `mac_address`, `chat_type`, `content`, `created_at`) VALUES (3,'s-b','00:00:5e:00:53:02',1,_utf8mb4 '你好','2026-06-01 09:00:00'),
(4,'s-a','00:00:5e:00:53:01',1,'later','2026-06-01 08:00:09'),(5,'s-b','too few');
UNLOCK TABLES;
